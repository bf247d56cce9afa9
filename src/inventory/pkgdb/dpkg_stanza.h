/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What dpkg's and opkg's databases share: stanzas that describe one package each.
 *
 *     static const struct dpkg_dialect dialect = {.type = "deb"};
 *     r = dpkg_stanzas_parse(in->bytes, &dialect, sink, err);
 *
 *     Package: libc6                       name; a stanza without it is a problem
 *     Status: install ok installed         what was wanted, error flag, state: only the state
 *                                          "installed" is a package
 *     Source: glibc (2.36-9)               source name, and its version where it differs from the
 *                                          binary's
 *     Version: 2.36-9+b1                   also a problem when missing
 *
 * The version in Source is the one of the source package, so binary-only rebuilds ("+b1") have it
 * there; where Source gives none, the binary's version stands for it as it is. Nothing is cut off
 * a version by its looks.
 *
 * Ownership: packages borrow from the bytes and from the sink's scratch arena.
 * Errors: a stanza that makes no package although it looks installed, a line that is no field, a
 * field given twice (the first one counts) or longer than field_bytes are problems; parsing goes on
 * behind them. What comes back negative is the sink's or ERR_NOMEM.
 */
#pragma once

#include "inventory/pkgdb.h"
#include "inventory/pkgdb/attributes.h"
#include "inventory/pkgdb/deb822.h"

/* The first group is in the order of their attribute keys (dpkg_stanza.c). */
enum dpkg_field {
	DPKG_AUTO_INSTALLED,
	DPKG_BUILT_USING,
	DPKG_ESSENTIAL,
	DPKG_IMPORTANT,
	DPKG_INSTALLED_SIZE,
	DPKG_INSTALLED_TIME,
	DPKG_MULTI_ARCH,
	DPKG_ORIGIN,
	DPKG_PRIORITY,
	DPKG_PROTECTED,
	DPKG_SECTION,
	DPKG_STATIC_BUILT_USING,
	DPKG_N_ATTRIBUTES,
	DPKG_PACKAGE = DPKG_N_ATTRIBUTES,
	DPKG_VERSION,
	DPKG_ARCHITECTURE,
	DPKG_SOURCE,
	DPKG_SOURCE_NAME, /* opkg */
	DPKG_STATUS,
	DPKG_MAINTAINER,
	DPKG_LICENSE, /* opkg */
	DPKG_DESCRIPTION,
	DPKG_N_FIELDS,
};

struct dpkg_stanza {
	size_t line; /* of the first field */
	struct str field[DPKG_N_FIELDS];
};

struct dpkg_dialect {
	const char *type; /* purl type */
	/* Presence is installation: a stanza without Status counts (status.d, *.control). */
	bool status_is_optional;
	/* Last touches before the package is handed over; may be NULL. The context is the
	 * caller's. */
	int (*complete)(const struct dpkg_dialect *dialect, const struct dpkg_stanza *stanza,
			struct package *p, struct pkg_sink *sink, struct err *err);
	void *context;
	bool as_fragment; /* another file declares the package, this one adds to it */
};

int dpkg_stanzas_parse(struct str bytes, const struct dpkg_dialect *dialect, struct pkg_sink *sink,
		       struct err *err);

/* The next stanza into *ret: 1; 0 at the end; problems go to the sink, nowhere if it is NULL. */
int dpkg_stanza_next(struct deb822 *d, struct dpkg_stanza *ret, struct pkg_sink *sink);

/* "glibc (2.36-9)" into source_name and source_version. */
void dpkg_split_source(struct str source, struct package *p);
