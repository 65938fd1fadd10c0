// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/projectyaml.h"

#include <sstream>
#include <stdexcept>

#include <yaml-cpp/eventhandler.h>

namespace ohm::project {
namespace {

struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::string at(const YAML::Mark& mark) {
    return mark.is_null() ? std::string() : " in line " + std::to_string(mark.line + 1);
}

/// Walks the document without building it.
class Guard : public YAML::EventHandler {
public:
    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { count(mark, anchor); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        throw Refused("aliases are not allowed" + at(mark));
    }
    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  const std::string&) override {
        count(mark, anchor);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(mark, anchor);
    }
    void OnSequenceEnd() override { --m_depth; }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(mark, anchor);
    }
    void OnMapEnd() override { --m_depth; }

private:
    void open(const YAML::Mark& mark, YAML::anchor_t anchor) {
        count(mark, anchor);
        if (++m_depth > kDeepestYaml)
            throw Refused("it is nested too deeply" + at(mark));
    }
    void count(const YAML::Mark& mark, YAML::anchor_t anchor) {
        if (anchor != YAML::NullAnchor)
            throw Refused("anchors are not allowed" + at(mark));
        if (++m_nodes > kMostYamlNodes)
            throw Refused("it has too many entries");
    }

    int m_depth = 0;
    int m_nodes = 0;
};

} // namespace

Expected<YAML::Node> loadYaml(std::string_view text, const std::string& where) {
    const auto failed = [&](const std::string& detail) {
        return fail("PROJ-002", "The project file is not valid YAML", detail, where);
    };
    if (text.size() > kMostProjectBytes)
        return failed("it is larger than 1 MB");
    const std::string copy(text);
    try {
        std::istringstream stream(copy);
        YAML::Parser parser(stream);
        Guard guard;
        parser.HandleNextDocument(guard);
        return YAML::Load(copy);
    } catch (const YAML::Exception& e) {
        return failed(e.msg + at(e.mark));
    } catch (const Refused& e) {
        return failed(e.what());
    } catch (const std::exception& e) { // yaml-cpp lets some standard exceptions through
        return failed(e.what());
    }
}

std::string emitYaml(const YAML::Node& node) {
    YAML::Emitter emitter;
    emitter << node;
    return std::string(emitter.c_str()) + "\n";
}

} // namespace ohm::project
