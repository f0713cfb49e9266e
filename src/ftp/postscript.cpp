#include "ftpfs/ftp/postscript.hpp"

#include "attribute_way.hpp"
#include "ftpfs/proto/fact_list.hpp"
#include "ftpfs/proto/server_words.hpp"
#include "ftpfs/proto/size_reply.hpp"
#include "ftpfs/proto/time_reply.hpp"

namespace ftpfs::ftp {

postscript::postscript(std::string argument, const config& settings, const server_profile& profile)
    : argument_{std::move(argument)}
{
    if (profile.mlst == support::works) {
        verbs_.emplace_back("MLST");
    } else if (profile.mlst == support::refused && profile.size == support::works) {
        verbs_.emplace_back("SIZE");
        if (profile.mdtm == support::works) {
            verbs_.emplace_back("MDTM");
        }
    } else {
        return;
    }
    const bool arms = settings.armed && profile.armed != support::refused && profile.data == support::works;
    const bool extended = settings.data == data_mode::automatic || settings.data == data_mode::epsv;
    if (arms && extended && profile.epsv == support::works && profile.pret != support::works) {
        verbs_.emplace_back("EPSV");
    }
}

result<std::vector<proto::command>> postscript::commands() const
{
    std::vector<proto::command> all;
    for (const auto& verb : verbs_) {
        if (verb == "EPSV") {
            all.push_back(proto::command::bare(verb));
            continue;
        }
        FTPFS_TRY(auto question, proto::command::make(verb, argument_));
        all.push_back(std::move(question));
    }
    return all;
}

std::optional<proto::command> postscript::time_command(const server_profile& profile,
                                                       std::chrono::sys_seconds modified) const
{
    return verbs_.empty() ? std::nullopt : proved_way_to_set_time(profile, argument_, modified);
}

awaitable<> postscript::hear(const data_context& with)
{
    auto& control = with.control;
    for (const auto& verb : verbs_) {
        const auto answer = co_await control.read_reply();
        if (answer && answer->is_preliminary()) {
            control.give_up();
        }
        if (control.broken()) {
            co_return;
        }
        if (verb != "EPSV") {
            note_facts(verb, *answer, with.profile);
            continue;
        }
        auto begun = follow_data_address(*answer, with, ladder_for(with));
        if (begun) {
            next = *std::move(begun);
        } else {
            note_armed(with.profile, false);
        }
    }
    if (wish == time_wish::sent) {
        const auto answer = co_await control.read_reply();
        if (answer && answer->is_preliminary()) {
            control.give_up();
        }
        // A refusal is heard once more, and explained, when the time is set by itself.
        const bool granted = answer && answer->is_completion();
        wish = granted ? time_wish::granted : wish;
    }
}

void postscript::note_facts(std::string_view verb, const proto::reply& answer, server_profile& profile)
{
    if (verb == "MLST") {
        if (auto facts = take_mlst(answer, profile)) {
            seen = *std::move(facts);
        }
    } else if (verb == "SIZE") {
        note_answer(profile.size, answer);
        if (const auto size = proto::parse_size_reply(answer)) {
            seen.emplace();
            seen->kind = file_kind::regular;
            seen->size = *size;
        }
    } else if (const auto time = proto::parse_time_reply(answer); time && seen) {
        seen->modified = profile.zone.corrected(*time);
    }
}

result<file_attributes> take_mlst(const proto::reply& answer, server_profile& profile)
{
    auto& known = profile.mlst;
    if (answer.is_unknown_command()) {
        known = support::refused;
        return failure{errc::unsupported, answer.as_failure().detail};
    }
    if (answer.is_negative()) {
        return proto::explain(answer);
    }
    auto attributes = proto::parse_mlst_reply(answer);
    if (!attributes) {
        known = support::refused;
        return failure{errc::unsupported, std::move(attributes).error().detail};
    }
    known = support::works;
    attributes->modified = profile.zone.corrected(attributes->modified);
    return attributes;
}

}  // namespace ftpfs::ftp
