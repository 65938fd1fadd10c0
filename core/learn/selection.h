// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// For sources that have included torch/torch.h already.

#include "core/dataset/graphset.h"
#include "core/learn/batches.h"
#include "core/learn/recipe.h"
#include "core/nn/namedarray.h"

#include <optional>

namespace ohm::learn {

/// A loss and, for mpgd, the entries that its gradient looks at (bool, as the labels).
struct SelectiveLoss {
    torch::Tensor loss, chosen;
};

/// MPGD's adaptive mean square of predictions and labels [entries]. `groups` (int64 [entries]) says
/// to which of `count` samples an entry belongs, undefined = all are one group. In each group E =
/// {|e| > threshold}, all entries if there are none; its loss is sum over E of e^2 / max(|E|, floor
/// n); the mean over groups that have entries. With a quantile q the threshold of a group is the
/// ceil(q n)-th smallest |e|. Everything is decided on the device.
SelectiveLoss mpgdLoss(const Recipe& recipe, const torch::Tensor& out, const torch::Tensor& labels,
                       const torch::Tensor& groups = {}, std::int64_t count = 1);

/// Tallies, step by step, which entries of the training set the loss looked at: the share, and how
/// much of it is the same as when these entries were last seen. Thread: owner only.
class SelectionTally {
public:
    SelectionTally(const dataset::GraphSet& training, const Recipe& recipe,
                   const torch::Device& device);
    /// The entries chosen in step `step`; enqueues only.
    void add(std::int64_t step, const torch::Tensor& chosen);
    /// Since the last call; waits for the device. Overlap is empty where nothing was seen twice.
    struct Shares {
        std::optional<double> selected, overlap;
    };
    Shares take();
    /// What was chosen when each entry was last seen, for a snapshot; the tallies are not part.
    nn::NamedArray state() const;
    void load(const std::vector<nn::NamedArray>& arrays);

private:
    BatchOrder m_order;
    std::vector<std::int64_t> m_first; ///< [graphs + 1] entries before a graph
    torch::Tensor m_marks;             ///< uint8 [entries]: 0 not seen, 1 passed over, 2 chosen
    torch::Tensor m_counts;            ///< int64: chosen, entries, in both, in either
};

} // namespace ohm::learn
