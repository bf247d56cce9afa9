/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/pkgdb.h"

#define PKGDB(id) extern const struct pkgdb pkgdb_##id;
#include "inventory/pkgdb_list.def"
#undef PKGDB

const struct pkgdb *const pkgdbs[] = {
#define PKGDB(id) &pkgdb_##id,
#include "inventory/pkgdb_list.def"
#undef PKGDB
	NULL,
};

const struct pkgdb *pkgdb_find(struct str id)
{
	for (size_t i = 0; pkgdbs[i]; i++)
		if (str_is(id, pkgdbs[i]->id))
			return pkgdbs[i];
	return NULL;
}
