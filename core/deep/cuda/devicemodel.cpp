// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/cuda/devicemodel.h"

#include <cmath>
#include <limits>
#include <new>

namespace ohm::deep::cuda {
namespace {

constexpr double kFixedScale = 1048576; // 2^20: a range of +-2048

std::size_t sized(std::int64_t n) {
    return static_cast<std::size_t>(n);
}

struct Counter {
    std::size_t bytes = 0;
    template <typename V>
    std::span<V> take(std::size_t count, Share) {
        bytes += DeviceArrays<float>::rounded(count * sizeof(V));
        return {};
    }
};

/// Hands out the arena in order; `taken(begin, end, next)` hears of every array.
template <typename Taken>
struct Cutter {
    std::byte* memory = nullptr;
    Taken taken;
    std::size_t used = 0;
    template <typename V>
    std::span<V> take(std::size_t count, Share) {
        const std::size_t begin = used;
        used += DeviceArrays<float>::rounded(count * sizeof(V));
        taken(begin + count * sizeof(V), used);
        return {reinterpret_cast<V*>(memory + begin), count};
    }
};
template <typename Taken>
Cutter(std::byte*, Taken) -> Cutter<Taken>;

} // namespace

template <typename T>
DeviceReversible<T>::DeviceReversible(const NetworkConfig& config, const GraphSize& size,
                                      std::unique_ptr<Device> device)
    : m_config(config)
    , m_layout(config)
    , m_width(config.groupWidth())
    , m_sparse(config.sparse())
    , m_scale(static_cast<T>(kFixedScale))
    , m_size(size)
    , m_device(std::move(device))
    , m_guess(config.sparse() ? normalGuess(config.groupWidth(), config.k) : NormalGuess{}) {
    Counter counter;
    m_arrays.layOut(config, size, counter);
    m_capacity = counter.bytes;
    m_memory = static_cast<std::byte*>(m_device->allocate(m_capacity));
    if (!m_memory)
        throw std::bad_alloc();
    Cutter cutter{m_memory, [&](std::size_t begin, std::size_t end) {
                      m_gaps.push_back({begin, end});
                  }};
    m_arrays.layOut(config, size, cutter);
    // Not a number where nothing has been written; weights and moments start at 0.
    m_device->fill(m_memory, 0xff, m_capacity);
    for (const auto& array :
         {m_arrays.weights, m_arrays.gradients, m_arrays.first, m_arrays.second})
        m_device->fill(array.data(), 0, array.size_bytes());
    m_device->setWorkspace(m_arrays.workspace.data(), m_arrays.workspace.size());
}

template <typename T>
DeviceReversible<T>::~DeviceReversible() {
    m_device->wait(); // nothing runs on in memory that is gone
    m_device->release(m_memory);
}

// --- what callers see ---------------------------------------------------------------------------

template <typename T>
std::span<T> DeviceReversible<T>::mirror(Mirror& copy, std::span<T> array) {
    if (!copy.lent) {
        copy.values.resize(array.size());
        m_device->download(copy.values.data(), array.data(), array.size_bytes());
        m_device->wait();
        copy.lent = true;
    }
    return copy.values;
}

/// What callers may have changed goes back to the device.
template <typename T>
void DeviceReversible<T>::returnMirrors() {
    const auto giveBack = [&](Mirror& copy, std::span<T> array) {
        if (copy.lent)
            m_device->upload(array.data(), copy.values.data(), array.size_bytes());
        copy.lent = false;
    };
    giveBack(m_weights, m_arrays.weights);
    giveBack(m_gradients, m_arrays.gradients);
    giveBack(m_first, m_arrays.first);
    giveBack(m_second, m_arrays.second);
}

template <typename T>
MemoryUse DeviceReversible<T>::memory() const {
    return {m_capacity, m_capacity, m_capacity};
}

template <typename T>
void DeviceReversible<T>::bind(const GraphPlan<T>& plan) {
    const auto index = plan.aggregator.index();
    std::byte* to = m_arrays.index.data();
    const auto put = [&]<typename V>(std::span<const V> values) -> const V* {
        if (values.empty())
            return nullptr;
        auto* at = reinterpret_cast<V*>(to);
        m_device->upload(at, values.data(), values.size_bytes());
        const std::size_t align = DeviceArrays<T>::kAlign;
        to += (values.size_bytes() + align - 1) / align * align;
        return at;
    };
    m_graph = {};
    m_graph.nodes = plan.size.nodes;
    m_graph.pieces = plan.aggregator.netRows();
    m_graph.splitCount = static_cast<std::int64_t>(index.splits.size() / 2);
    m_graph.pieceStart = put(index.pieceStart);
    m_graph.pieceNodes = put(index.pieceNodes);
    m_graph.splits = put(index.splits);
    m_graph.nodeStart = put(index.nodeStart);
    m_graph.nodeRows = put(index.nodeRows);
    m_graph.directStart = put(index.directStart);
    m_graph.direct = put(index.direct);
    m_graph.self = put(index.self);
    m_graph.left = put(index.left);
    m_graph.right = put(index.right);
    m_graph.messages = m_arrays.messages.data(); // null but for B0
    m_graph.edges = static_cast<std::int64_t>(index.direct.size());
}

template <typename T>
std::uint64_t DeviceReversible<T>::key() const {
    // All that decides what is enqueued; addresses within the index follow from the sizes.
    std::uint64_t hash = 1469598103934665603ull;
    const auto add = [&](const void* pointer) {
        hash = (hash ^ static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(pointer))) *
               1099511628211ull;
    };
    for (const std::int64_t size :
         {m_graph.nodes, m_graph.pieces, m_graph.splitCount, m_graph.edges})
        hash = (hash ^ static_cast<std::uint64_t>(size)) * 1099511628211ull;
    for (const void* at :
         {static_cast<const void*>(m_graph.pieceNodes), static_cast<const void*>(m_graph.splits),
          static_cast<const void*>(m_graph.nodeStart), static_cast<const void*>(m_graph.nodeRows),
          static_cast<const void*>(m_graph.directStart), static_cast<const void*>(m_graph.direct),
          static_cast<const void*>(m_graph.self), static_cast<const void*>(m_graph.left),
          static_cast<const void*>(m_graph.right)})
        add(at);
    return hash;
}

template <typename T>
std::vector<T> DeviceReversible<T>::streams() {
    const auto n = sized(m_graph.nodes), c = static_cast<std::size_t>(m_width);
    const auto groups = static_cast<std::size_t>(m_config.groups);
    std::vector<T> out(n * c * groups), real(n * c);
    std::vector<std::int32_t> fixed(n * c);
    for (std::size_t g = 0; g < groups; ++g) {
        if (m_config.storage == Storage::D)
            m_device->download(fixed.data(), m_arrays.fixed[g].data(),
                               n * c * sizeof(std::int32_t));
        else
            m_device->download(real.data(), m_arrays.streams[g].data(), n * c * sizeof(T));
        m_device->wait();
        for (std::size_t i = 0; i < n * c; ++i)
            out[(i / c * groups + g) * c + i % c] =
                m_config.storage == Storage::D ? static_cast<T>(fixed[i]) / m_scale : real[i];
    }
    return out;
}

template <typename T>
bool DeviceReversible<T>::gapsUntouched() {
    std::vector<unsigned char> bytes;
    for (const Extent& gap : m_gaps) {
        bytes.resize(gap.end - gap.begin);
        m_device->download(bytes.data(), m_memory + gap.begin, bytes.size());
        if (!m_device->finish())
            return false;
        if (std::any_of(bytes.begin(), bytes.end(), [](unsigned char b) { return b != 0xff; }))
            return false;
    }
    return true;
}

// --- pieces of a step ---------------------------------------------------------------------------

template <typename T>
Rows<T> DeviceReversible<T>::selection(int layer, int step) const {
    const auto parity = static_cast<std::size_t>(step & 1);
    Rows<T> rows;
    if (!m_sparse) {
        rows.dense = m_arrays.dense[parity].data();
        return rows;
    }
    rows.k = m_config.k;
    const std::size_t entries = sized(m_size.nodes) * static_cast<std::size_t>(m_config.k);
    const std::size_t slot =
        static_cast<std::size_t>(layer) * static_cast<std::size_t>(m_config.groups) +
        static_cast<std::size_t>(step);
    rows.indices = storesIndices() ? m_arrays.storedIndices.data() + slot * entries
                                   : m_arrays.indices[parity].data();
    if (m_config.storage == Storage::A)
        rows.values = m_arrays.storedValues.data() + slot * entries;
    else if (m_config.storage == Storage::B && step == 0)
        rows.values = m_arrays.storedValues.data() + static_cast<std::size_t>(layer) * entries;
    else
        rows.values = m_arrays.values[parity].data();
    return rows;
}

template <typename T>
Streams<T> DeviceReversible<T>::allStreams() const {
    Streams<T> all;
    all.groups = m_config.groups;
    all.inFixedPoint = m_config.storage == Storage::D;
    for (std::size_t g = 0; g < static_cast<std::size_t>(m_config.groups); ++g) {
        all.fixed[g] = m_arrays.fixed[g].data();
        all.real[g] = m_arrays.streams[g].data();
    }
    return all;
}

/// How a step's input becomes what it reads; on the way back stored columns are kept.
template <typename T>
Select DeviceReversible<T>::selects(bool back) const {
    if (m_sparse)
        return back && storesIndices() ? Select::Pick : Select::Top;
    return m_config.block == Block::RevGnn ? Select::LayerRelu : Select::Relu;
}

template <typename T>
Pass<T> DeviceReversible<T>::pass(int group, std::size_t bias, std::size_t gain) const {
    const auto g = static_cast<std::size_t>(group);
    Pass<T> pass;
    pass.nodes = m_graph.nodes;
    pass.width = m_width;
    pass.kind = m_config.block == Block::Gsr ? Pass<T>::Kind::Rms : Pass<T>::Kind::Gain;
    pass.u = m_arrays.u.data();
    pass.bias = weight(bias);
    pass.gain = weight(gain);
    if (m_config.storage == Storage::D)
        pass.fixed = m_arrays.fixed[g].data();
    else
        pass.real = m_arrays.streams[g].data();
    pass.scale = m_scale;
    pass.leftRange = m_arrays.leftRange.data();
    pass.guess = m_guess;
    return pass;
}

// --- forth --------------------------------------------------------------------------------------

template <typename T>
void DeviceReversible<T>::start() {
    for (int g = 0; g < m_config.groups; ++g) {
        m_device->multiply(m_arrays.features.data(), m_graph.nodes, m_config.inputs,
                           weight(m_layout.inputWeight(g)), m_width, false, m_arrays.u.data());
        Pass<T> p = pass(g, m_layout.inputBias(g), m_layout.gain(0, g));
        p.kind = Pass<T>::Kind::Start;
        passForward(p, m_device->stream());
    }
    selectInput(allStreams(), 0, m_scale, m_graph.nodes, m_width, selects(false), selection(0, 0),
                m_guess, m_device->stream());
}

template <typename T>
void DeviceReversible<T>::step(int layer, int index) {
    const bool last = index + 1 == m_config.groups;
    // The selection for the next step, where its input is complete after this one.
    const int nextLayer = last ? layer + 1 : layer;
    const int next = last ? 0 : index + 1;
    const bool selectsNext = nextLayer < m_config.layers && (!last || m_config.groups == 2);
    aggregate(m_graph, selection(layer, index), m_width, false, m_arrays.nets.data(),
              m_arrays.z.data(), m_device->stream());
    m_device->multiply(m_arrays.z.data(), m_graph.nodes, m_width,
                       weight(m_layout.weight(layer, index)), m_width, false, m_arrays.u.data());
    Pass<T> p = pass(index, m_layout.bias(layer, index), m_layout.gain(layer, index));
    if (last && m_config.skip == Skip::Paper)
        p.keep = selection(layer, 0);
    if (selectsNext) {
        p.select = selects(false);
        p.to = selection(nextLayer, next);
    }
    passForward(p, m_device->stream());
    if (last && !selectsNext && nextLayer < m_config.layers)
        selectInput(allStreams(), 0, m_scale, m_graph.nodes, m_width, selects(false),
                    selection(nextLayer, 0), m_guess, m_device->stream());
}

template <typename T>
void DeviceReversible<T>::head() {
    cuda::head(allStreams(), m_scale, m_graph.nodes, m_width, weight(m_layout.outputWeight()),
               weight(m_layout.outputBias()), m_config.outputs, m_arrays.predictions.data(),
               m_device->stream());
}

template <typename T>
void DeviceReversible<T>::enqueueForward() {
    m_device->fill(m_arrays.leftRange.data(), 0, sizeof(std::int32_t));
    start();
    for (int layer = 0; layer < m_config.layers; ++layer) {
        for (int i = 0; i < m_config.groups; ++i)
            step(layer, i);
    }
    head();
}

template <typename T>
Expected<void> DeviceReversible<T>::forward(const T* features, T* predictions, StopToken stop) {
    if (stop.shouldStop())
        return fail("DEEP-003", "Stopped");
    returnMirrors();
    const std::size_t n = sized(m_graph.nodes);
    m_device->upload(m_arrays.features.data(), features,
                     n * static_cast<std::size_t>(m_config.inputs) * sizeof(T));
    m_device->replay(0, key(), [&] { enqueueForward(); });
    m_device->download(predictions, m_arrays.predictions.data(),
                       n * static_cast<std::size_t>(m_config.outputs) * sizeof(T));
    std::int32_t left = 0;
    m_device->download(&left, m_arrays.leftRange.data(), sizeof(left));
    const auto done = m_device->finish();
    if (!done)
        return done.failure();
    if (left != 0)
        return fail("DEEP-004", "A value of the network left the range of its fixed-point streams",
                    "beyond 2048 in size, or not a number", {},
                    "Use a smaller learning rate, or storage A or C");
    return {};
}

// --- back ---------------------------------------------------------------------------------------

template <typename T>
void DeviceReversible<T>::headBackward() {
    const auto stream = m_device->stream();
    const int outputs = m_config.outputs;
    const std::int64_t n = m_graph.nodes;
    std::array<T*, 8> gradients{};
    for (int g = 0; g < m_config.groups; ++g)
        gradients[static_cast<std::size_t>(g)] = gradientOf(g);
    const T* dp = m_arrays.derivatives.data();
    cuda::headBackward(allStreams(), m_scale, n, m_width, weight(m_layout.outputWeight()), dp,
                       outputs, gradients, m_arrays.inverses.data(), stream);
    const int pieces = static_cast<int>(devicePieces(n));
    for (int g = 0; g < m_config.groups; ++g) {
        headRows(allStreams(), g, m_scale, m_arrays.inverses.data(), n, m_width, m_arrays.z.data(),
                 stream);
        m_device->multiplyPieces(dp, outputs, m_arrays.z.data(), m_width, n, devicePieceRows(n),
                                 m_arrays.pieces.data());
        T* to = m_arrays.gradients.data() + m_layout.outputWeight() + g * m_width;
        addParts<T>({m_arrays.pieces.data(), pieces, std::int64_t{outputs} * m_width, m_width,
                     m_config.channels, to},
                    {}, stream);
    }
    columnParts(dp, n, outputs, m_arrays.columnParts.data(), stream);
    addParts<T>({m_arrays.columnParts.data(), partsOf(n), outputs, outputs, outputs,
                 m_arrays.gradients.data() + m_layout.outputBias()},
                {}, stream);
}

template <typename T>
void DeviceReversible<T>::stepBackward(int layer, int index) {
    const auto stream = m_device->stream();
    const std::int64_t n = m_graph.nodes;
    if (m_config.groups > 2 && m_config.storage != Storage::A)
        selectInput(allStreams(), index, m_scale, n, m_width, selects(true),
                    selection(layer, index), m_guess, stream);
    const Rows<T> in = selection(layer, index);
    const T* w = weight(m_layout.weight(layer, index));
    aggregate(m_graph, in, m_width, false, m_arrays.nets.data(), m_arrays.z.data(), stream);
    m_device->multiply(m_arrays.z.data(), n, m_width, w, m_width, false, m_arrays.u.data());

    // The stream before the step, and the gradient of u in its place.
    const bool paperLast = m_config.skip == Skip::Paper && index == 1;
    // A needs no streams on the way back; B cannot have the masked one.
    const bool rebuilds = m_config.storage != Storage::A && !paperLast;
    // What the step before this one read, where its input is now complete.
    const int beforeLayer = index == 0 ? layer - 1 : layer;
    Pass<T> p = pass(index, m_layout.bias(layer, index), m_layout.gain(layer, index));
    p.sign = rebuilds ? -1 : 0;
    if (rebuilds && m_config.groups == 2 && beforeLayer >= 0) {
        p.select = selects(true);
        p.to = selection(beforeLayer, 1 - index);
    }
    p.gradient = gradientOf(index);
    p.parts = m_arrays.columnParts.data();
    passBackward(p, stream);

    // dW = z^T R; bias and gain lie behind it.
    m_device->multiplyPieces(m_arrays.z.data(), m_width, m_arrays.u.data(), m_width, n,
                             devicePieceRows(n), m_arrays.pieces.data());
    const std::int64_t square = std::int64_t{m_width} * m_width;
    T* dw = m_arrays.gradients.data() + m_layout.weight(layer, index);
    addParts<T>(
        {m_arrays.pieces.data(), static_cast<int>(devicePieces(n)), square, square, square, dw},
        {m_arrays.columnParts.data(), partsOf(n), 2 * m_width, 2 * m_width, 2 * m_width,
         dw + square},
        stream);

    // R W^T, in z's place, to what the step read.
    m_device->multiply(m_arrays.u.data(), n, m_width, w, m_width, true, m_arrays.z.data());
    Spread<T> s;
    s.read = in;
    s.back = m_arrays.z.data();
    s.nets = m_arrays.nets.data();
    s.width = m_width;
    s.clears = m_config.skip == Skip::Paper && index == 0;
    s.layerNorm = m_config.block == Block::RevGnn;
    s.streams = allStreams();
    s.step = index;
    s.scale = m_scale;
    for (int g = 0; g < m_config.groups; ++g)
        s.gradients[static_cast<std::size_t>(g)] = gradientOf(g);
    s.first = index > 0 ? index - 1 : 1;
    s.last = index > 0 ? index - 1 : m_config.groups - 1;
    spread(m_graph, s, stream);
}

template <typename T>
void DeviceReversible<T>::inputBackward() {
    const auto stream = m_device->stream();
    const std::int64_t n = m_graph.nodes;
    const std::int64_t entries = std::int64_t{m_config.inputs} * m_width;
    for (int g = 0; g < m_config.groups; ++g) {
        m_device->multiplyPieces(m_arrays.features.data(), m_config.inputs, gradientOf(g), m_width,
                                 n, devicePieceRows(n), m_arrays.pieces.data());
        columnParts(gradientOf(g), n, m_width, m_arrays.columnParts.data(), stream);
        T* to = m_arrays.gradients.data() + m_layout.inputWeight(g);
        addParts<T>(
            {m_arrays.pieces.data(), static_cast<int>(devicePieces(n)), entries, entries, entries,
             to},
            {m_arrays.columnParts.data(), partsOf(n), m_width, m_width, m_width, to + entries},
            stream);
    }
}

template <typename T>
void DeviceReversible<T>::enqueueBackward() {
    m_device->fill(m_arrays.gradients.data(), 0, m_arrays.gradients.size_bytes());
    headBackward();
    for (int layer = m_config.layers - 1; layer >= 0; --layer) {
        for (int i = m_config.groups - 1; i >= 0; --i)
            stepBackward(layer, i);
    }
    inputBackward();
}

template <typename T>
Expected<void> DeviceReversible<T>::backward(const T* /*features*/, const T* derivatives,
                                             StopToken stop) {
    if (stop.shouldStop())
        return fail("DEEP-003", "Stopped");
    returnMirrors();
    m_device->upload(m_arrays.derivatives.data(), derivatives,
                     sized(m_graph.nodes) * static_cast<std::size_t>(m_config.outputs) * sizeof(T));
    m_device->replay(1, key(), [&] { enqueueBackward(); });
    return m_device->finish();
}

template <typename T>
std::optional<double> DeviceReversible<T>::adam(const AdamOptions& options, std::int64_t step,
                                                double rate) {
    returnMirrors();
    const auto count = static_cast<std::int64_t>(m_arrays.weights.size());
    const auto power = static_cast<double>(step);
    const AdamStep adam{rate,
                        options.decay,
                        options.beta1,
                        options.beta2,
                        1 / (1 - std::pow(options.beta1, power)),
                        1 / (1 - std::pow(options.beta2, power)),
                        options.epsilon,
                        options.clipNorm};
    squareParts(m_arrays.gradients.data(), count, m_arrays.squares.data(), m_device->stream());
    cuda::adam(m_arrays.weights.data(), m_arrays.gradients.data(), m_arrays.first.data(),
               m_arrays.second.data(), count, adam, m_arrays.squares.data(), m_device->stream());
    std::vector<double> parts(static_cast<std::size_t>(valuePartsOf(count)));
    m_device->download(parts.data(), m_arrays.squares.data(), parts.size() * sizeof(double));
    if (!m_device->wait())
        return std::numeric_limits<double>::quiet_NaN();
    double square = 0;
    for (const double part : parts)
        square += part;
    return std::sqrt(square);
}

template <typename T>
Expected<std::unique_ptr<Model<T>>> makeDeviceModel(const NetworkConfig& config,
                                                    const GraphSize& size) {
    auto device = Device::open(config.tf32);
    if (!device)
        return device.failure();
    try {
        std::unique_ptr<Model<T>> model =
            std::make_unique<DeviceReversible<T>>(config, size, std::move(device).value());
        return model;
    } catch (const std::bad_alloc&) {
        return fail("DEEP-005", "The GPU has not enough memory for this network",
                    std::to_string(predictedBytes(config, size) >> 20) + " MiB are needed", {},
                    "Use storage D, fewer channels or layers");
    }
}

template class DeviceReversible<float>;
template class DeviceReversible<double>;
template Expected<std::unique_ptr<Model<float>>> makeDeviceModel(const NetworkConfig&,
                                                                 const GraphSize&);
template Expected<std::unique_ptr<Model<double>>> makeDeviceModel(const NetworkConfig&,
                                                                  const GraphSize&);

} // namespace ohm::deep::cuda
