// FEAT answers: every query works, names found are names that were there.
#include "ftpfs/proto/feature_set.hpp"

#include "fuzz.hpp"

using namespace ftpfs;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto answer = fuzz::reply_of(211, fuzz::text_of(data, size));
    const proto::feature_set set{answer};
    require(set.answered(), "a 211 is an answer");
    require(!set.mlst() || set.mlsd(), "MLST announces MLSD");
    require(!set.rest_stream() || set.has("rest"), "REST STREAM is REST");
    require(set.mlst_facts().empty() || set.mlst(), "facts belong to MLST");
    for (const auto& fact : set.mlst_facts()) {
        require(!fact.name.empty() && fact.name.find_first_of(";,") == std::string::npos, "a fact is one word");
    }
    for (const char* const name : {"UTF8", "EPSV", "SIZE", "MDTM", "TVFS", "CLNT", "RANG", "PRET", "AUTH"}) {
        require(set.has(name) || set.parameters(name).empty(), "parameters belong to a feature");
    }
    return 0;
}
