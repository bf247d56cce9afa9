/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What opkg's status and its *.control files share on top of dpkg_stanza.h.
 *
 * The source package is SourceName (OpenWrt) or what Source names: the directory in a feed
 * ("feeds/base/package/utils/busybox"), a recipe ("busybox_1.36.1.bb", Yocto), or a name as in
 * dpkg.
 */
#pragma once

#include "inventory/pkgdb/dpkg_stanza.h"

/* A `complete` of struct dpkg_dialect: source and licence. */
int opkg_complete(const struct dpkg_dialect *dialect, const struct dpkg_stanza *stanza,
		  struct package *p, struct pkg_sink *sink, struct err *err);
