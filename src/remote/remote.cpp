#include "ftpfs/remote/remote.hpp"
