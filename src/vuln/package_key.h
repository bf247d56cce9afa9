/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name under which a package is found in a shard: of an advisory and of a package installed.
 *
 *     struct str key = package_key(STR("pypi"), STR("Zope.Interface"), &arena);
 *
 * PyPI: PEP 503 ("zope-interface"). Composer, NuGet, Bitnami, GitHub Actions and Swift: lower case,
 * Swift without "https://" and ".git". All others, and every distribution: as written.
 *
 * Ownership: a name that is its own key is given back, not copied. .p is NULL when the arena is
 * full.
 */
#pragma once

#include "base/arena.h"

struct str package_key(struct str shard, struct str name, struct arena *a);
