/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shard of a Debian release by its code name, which no feed of Debian's says: "bookworm" is
 * "debian-12", "sid" is "debian-sid". Empty for a name that is not known, and for the releases
 * before etch (2007), of which there are no images.
 */
#pragma once

#include "base/str.h"

struct str debian_release(struct str codename);
