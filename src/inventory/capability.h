/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File capabilities: what a program may do beyond its user, kept in an attribute of its file.
 *
 *     r = capabilities_parse(xattr, &arena, &list, err);      {"cap_net_admin", "cap_net_raw"}
 *
 * Format: struct vfs_cap_data of linux/capability.h, revisions 1 to 3, little-endian:
 *
 *     OFFSET   SIZE   DESCRIPTION
 *     0        4      revision in the highest byte; bit 0: effective from the start
 *     4        4      permitted, capabilities 0-31
 *     8        4      inheritable, capabilities 0-31
 *     12       8      the same for 32-63; not in revision 1
 *     20       4      user id of the name space's root; only in revision 3
 *
 * What is only inheritable gives nothing to a program that is started plainly, and is left out.
 * Ownership: the list lives in the arena. Errors: ERR_FORMAT, ERR_NOMEM.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* Names as libcap writes them, sorted; "cap_63" where there is none. */
int capabilities_parse(struct str xattr, struct arena *arena, struct str_list *ret,
		       struct err *err);
