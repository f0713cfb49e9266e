// libfuse's low-level interface, always of the same version. 35 is that of libfuse 3.5 and later; what 3.14
// added on top is not used, so that the program also builds against older libraries.
#pragma once

#define FUSE_USE_VERSION 35
#include <fuse_lowlevel.h>
