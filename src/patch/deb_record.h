/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debian packages for images without dpkg: unpacked onto the root and recorded in its database.
 *
 *     r = deb_record_all(root, "/scratch/archives", err);          each *.deb in there
 *
 * The database is what the image has: a file each in var/lib/dpkg/status.d (distroless), with its
 * md5sums beside it if the old one had, or the stanza in var/lib/dpkg/status with info with its
 * lists of files and checksums. Files that the old version had and the new has not are removed, as
 * its lists tell; configuration files that are there stay. Maintainer scripts are not run, nor
 * triggers.
 *
 * Only a package that is in the database is recorded. The archives were verified by apt before.
 * Errors: ERR_FORMAT (no package), ERR_NOT_FOUND (not in the database), those of root.h.
 * Format: deb(5), deb-control(5): an ar archive of debian-binary, control.tar, data.tar.
 */
#pragma once

#include "patch/root.h"

int deb_record_all(struct root *root, const char *folder, struct err *err);

/* One archive, open for reading. */
int deb_record(struct root *root, int fd, struct err *err);
