/* SPDX-License-Identifier: Apache-2.0 */
/* Which insole this is: of 16 cells, or with SM_INSOLE_8 the budget one of 8. */
#pragma once
#ifdef SM_INSOLE_8
#include "device_8.h"
#else
#include "device_16.h"
#endif
