/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/pkgdb/opkg_stanza.h"

#include "base/path.h"

static struct str source_of(struct str source)
{
	struct str base = path_base(source), name, version;

	if (str_has_suffix(base, STR(".bb")) && str_cut(base, '_', &name, &version))
		return name;
	if (str_has_suffix(base, STR(".bb")))
		return str_sub(base, 0, base.n - 3);
	return base;
}

int opkg_complete(const struct dpkg_dialect *dialect, const struct dpkg_stanza *stanza,
		  struct package *p, struct pkg_sink *sink, struct err *err)
{
	struct str *license;

	p->source_name = stanza->field[DPKG_SOURCE_NAME];
	p->source_version = STR_NULL;
	if (p->source_name.n == 0)
		p->source_name = source_of(stanza->field[DPKG_SOURCE]);
	if (stanza->field[DPKG_LICENSE].n == 0)
		return 0;
	license = arena_alloc(sink->scratch, sizeof *license);
	if (!license)
		return err_nomem(err);
	*license = stanza->field[DPKG_LICENSE];
	p->licenses = (struct str_list){license, 1};
	return 0;
}
