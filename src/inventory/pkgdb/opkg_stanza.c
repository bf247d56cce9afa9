/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/pkgdb/opkg_stanza.h"

#include "base/path.h"

/* "feeds/x/busybox" and "busybox_1.36.1.bb"; anything else is read as dpkg does. */
static void set_source(struct str source, struct package *p)
{
	struct str name = path_base(source), version;
	bool is_recipe = str_has_suffix(name, STR(".bb"));

	if (name.n == source.n && !is_recipe)
		return;
	if (is_recipe && !str_cut(name, '_', &name, &version))
		name = str_sub(name, 0, name.n - 3);
	p->source_name = name;
	p->source_version = STR_NULL;
}

int opkg_complete(const struct dpkg_dialect *dialect, const struct dpkg_stanza *stanza,
		  struct package *p, struct pkg_sink *sink, struct err *err)
{
	struct str *license;

	dpkg_split_source(stanza->field[DPKG_SOURCE], p);
	set_source(stanza->field[DPKG_SOURCE], p);
	if (stanza->field[DPKG_SOURCE_NAME].n) {
		p->source_name = stanza->field[DPKG_SOURCE_NAME];
		p->source_version = STR_NULL;
	}
	if (stanza->field[DPKG_LICENSE].n == 0)
		return 0;
	license = arena_alloc(sink->scratch, sizeof *license);
	if (!license)
		return err_nomem(err);
	*license = stanza->field[DPKG_LICENSE];
	p->licenses = (struct str_list){license, 1};
	return 0;
}
