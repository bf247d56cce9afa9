/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flatpak deploys into flatpak/app/ID/ARCH/BRANCH/COMMIT/ (reached as ID/current/active too), with
 * the AppStream data that the application exports:
 *
 *     export/share/metainfo/ID.metainfo.xml
 *         <component><id>org.gimp.GIMP</id> <name>GIMP</name> <project_license>GPL-3.0+</..>
 *           <releases><release version="2.10.38" date="2024-05-02"/> older ones ...
 *
 * The newest release in it is the one deployed.
 */
#include "base/limits.h"
#include "codec/xml.h"
#include "inventory/pkgdb.h"
#include "inventory/pkgdb/attributes.h"

struct component {
	struct arena *arena;
	struct str id, name, developer, license, version, date;
	bool has_release;
};

static int keep(struct component *c, struct str *to, struct str value, struct err *err)
{
	if (to->n || value.n == 0)
		return 0; /* the first counts: later names are translations */
	*to = arena_str(c->arena, value);
	return to->p ? 0 : err_nomem(err);
}

static int on_start(void *ctx, struct str path, const struct xml_element *e, struct err *err)
{
	struct component *c = ctx;
	int r;

	if (!str_is(path, "component/releases/release") || c->has_release)
		return 0;
	c->has_release = true;
	r = keep(c, &c->version, xml_attribute(e, "version"), err);
	return r < 0 ? r : keep(c, &c->date, xml_attribute(e, "date"), err);
}

static int on_end(void *ctx, struct str path, struct str text, struct err *err)
{
	struct component *c = ctx;

	if (str_is(path, "component/id"))
		return keep(c, &c->id, text, err);
	if (str_is(path, "component/name"))
		return keep(c, &c->name, text, err);
	if (str_is(path, "component/developer_name") || str_is(path, "component/developer/name"))
		return keep(c, &c->developer, text, err);
	if (str_is(path, "component/project_license"))
		return keep(c, &c->license, text, err);
	return 0;
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	struct component c = {.arena = sink->scratch};
	struct attributes attrs = ATTRIBUTES_INIT(sink->scratch);
	struct package p = {.type = STR("flatpak")};
	int r = xml_parse(in->bytes, &(struct xml_handler){&c, on_start, on_end}, err);

	if (r < 0)
		return r;
	if (c.id.n == 0)
		return err_set(err, ERR_FORMAT, "no id in component");
	if (c.version.n == 0)
		return err_set(err, ERR_FORMAT, "no version in the first release of component %.*s",
			       STR_FMT(str_sub(c.id, 0, 100)));
	p.name = c.id;
	p.version = c.version;
	p.vendor = c.developer;
	if (c.license.n)
		p.licenses = (struct str_list){&c.license, 1};
	attributes_add(&attrs, "released", c.date);
	attributes_add(&attrs, "title", c.name);
	r = attributes_get(&attrs, &p.attributes, err);
	return r < 0 ? r : pkg_sink_add(sink, &p);
}

static const char *const paths[] = {
	"**/flatpak/app/**/export/share/metainfo/*metainfo.xml",
	"**/flatpak/app/**/export/share/metainfo/*appdata.xml",
	"**/flatpak/app/**/export/share/appdata/*appdata.xml",
	NULL,
};

const struct pkgdb pkgdb_flatpak = {
	.id = "flatpak",
	.title = "Flatpak applications",
	.spec = "https://www.freedesktop.org/software/appstream/docs, section 2.1",
	.paths = paths,
	.max_size = LIMIT_XML_BYTES,
	.parse = parse,
};
