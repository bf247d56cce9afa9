/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"

const struct limit limits[] = {
#define LIMIT(NAME, name, value, unit, why) {#name, value, unit, why},
#include "base/limits.def"
#undef LIMIT
};

const size_t n_limits = sizeof limits / sizeof limits[0];
