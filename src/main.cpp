#include "ftpfs/cli/environment.hpp"
#include "ftpfs/cli/program.hpp"

int main(int argc, char** argv)
{
    auto world = ftpfs::cli::system_environment(argc, argv);
    return static_cast<int>(ftpfs::cli::run_program(world));
}
