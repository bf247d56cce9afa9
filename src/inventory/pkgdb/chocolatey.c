/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chocolatey keeps the manifest of each installed package, a NuGet .nuspec:
 *
 *     <package xmlns="http://schemas.microsoft.com/packaging/2015/06/nuspec.xsd">
 *       <metadata>
 *         <id>git</id> <version>2.43.0</version> <authors>The Git Community</authors>
 *         <licenseUrl>..</licenseUrl> <license type="expression">MIT</license>
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "codec/xml.h"
#include "inventory/pkgdb.h"
#include "inventory/pkgdb/attributes.h"

struct nuspec {
	struct arena *arena;
	struct str id, version, authors, license, license_url, project_url;
	bool is_expression;
};

static int on_start(void *ctx, struct str path, const struct xml_element *e, struct err *err)
{
	struct nuspec *spec = ctx;

	if (str_find_char(path, '/') == path.n && !str_is(path, "package"))
		return err_set(err, ERR_FORMAT, "outermost element is not package");
	if (str_is(path, "package/metadata/license"))
		spec->is_expression = str_is(xml_attribute(e, "type"), "expression");
	return 0;
}

static int on_end(void *ctx, struct str path, struct str text, struct err *err)
{
	struct nuspec *spec = ctx;
	const struct {
		const char *path;
		struct str *to;
	} fields[] = {
		{"id", &spec->id},
		{"version", &spec->version},
		{"authors", &spec->authors},
		{"license", &spec->license},
		{"licenseUrl", &spec->license_url},
		{"projectUrl", &spec->project_url},
	};

	if (!str_pull_prefix(&path, STR("package/metadata/")) || text.n == 0)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (!str_is(path, fields[i].path))
			continue;
		*fields[i].to = arena_str(spec->arena, text);
		if (!fields[i].to->p)
			return err_nomem(err);
	}
	return 0;
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	struct nuspec spec = {.arena = sink->scratch};
	struct attributes attrs = ATTRIBUTES_INIT(sink->scratch);
	struct package p = {.type = STR("chocolatey")};
	int r = xml_parse(in->bytes, &(struct xml_handler){&spec, on_start, on_end}, err);

	if (r < 0)
		return r;
	if (spec.id.n == 0)
		return err_set(err, ERR_FORMAT, "no id in package/metadata");
	p.name = spec.id;
	p.version = spec.version;
	p.vendor = spec.authors;
	if (spec.is_expression && spec.license.n)
		p.licenses = (struct str_list){&spec.license, 1};
	attributes_add(&attrs, "license_url", spec.license_url);
	attributes_add(&attrs, "url", spec.project_url);
	r = attributes_get(&attrs, &p.attributes, err);
	return r < 0 ? r : pkg_sink_add(sink, &p);
}

static const char *const paths[] = {"**/chocolatey/lib/*/*.nuspec", NULL};

const struct pkgdb pkgdb_chocolatey = {
	.id = "chocolatey",
	.title = "Chocolatey for Windows",
	.spec = "https://learn.microsoft.com/nuget/reference/nuspec",
	.paths = paths,
	.max_size = LIMIT_XML_BYTES,
	.parse = parse,
};
