/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which Debian packages apt installed only because others depend on them.
 *
 *     Package: libmast1
 *     Architecture: amd64
 *     Auto-Installed: 1
 *
 * Packages that somebody asked for by name have no stanza, or "Auto-Installed: 0".
 */
#include "base/limits.h"
#include "inventory/pkgdb/dpkg_stanza.h"

static int report(const struct dpkg_stanza *stanza, struct pkg_sink *sink, struct err *err)
{
	struct attributes attrs = ATTRIBUTES_INIT(sink->scratch);
	struct package p = {
		.type = STR("deb"),
		.name = stanza->field[DPKG_PACKAGE],
		.arch = stanza->field[DPKG_ARCHITECTURE],
	};
	int r;

	attributes_add(&attrs, "auto-installed", STR("yes"));
	r = attributes_get(&attrs, &p.attributes, err);
	return r < 0 ? r : pkg_sink_fragment(sink, &p);
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	struct deb822 d = deb822_make(in->bytes);
	struct dpkg_stanza stanza;
	int r = dpkg_stanza_next(&d, &stanza, sink);

	while (r > 0) {
		r = 0;
		if (stanza.field[DPKG_PACKAGE].n && str_is(stanza.field[DPKG_AUTO_INSTALLED], "1"))
			r = report(&stanza, sink, err);
		if (r == 0)
			r = dpkg_stanza_next(&d, &stanza, sink);
	}
	return r;
}

static const char *const paths[] = {"var/lib/apt/extended_states", NULL};

const struct pkgdb pkgdb_apt_extended_states = {
	.id = "apt_extended_states",
	.title = "what apt installed for the sake of others",
	.spec = "apt-mark(8), /var/lib/apt/extended_states; deb822(5)",
	.paths = paths,
	.max_size = LIMIT_PKGDB_BYTES,
	.flags = PKGDB_MAY_BE_EMPTY,
	.parse = parse,
};
