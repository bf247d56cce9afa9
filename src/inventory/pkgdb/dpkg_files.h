/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file lists that dpkg keeps beside its status: NAME.list and NAME.md5sums.
 *
 *     d41d8cd98f00b204e9800998ecf8427e  usr/share/doc/adduser/README      a line of md5sums
 *
 * Configuration files are in .list but not in .md5sums; hence .list is the better of the two.
 */
#pragma once

#include "inventory/pkgdb/file_list.h"

/* Adds the paths; a line of another shape is a problem. */
int dpkg_md5sums_parse(struct str bytes, struct file_list *files, struct err *err);
