/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Application bundles of macOS: NAME.app/Contents/Info.plist, XML or binary (codec/plist.h).
 *
 *     CFBundleName                  Chrome
 *     CFBundleShortVersionString    130.0.6723.69      the version shown to users
 *     CFBundleVersion               6723.69            the build
 *     CFBundleIdentifier            com.google.Chrome
 *
 * A bundle inside a bundle is a part of it (a helper, a login item) and no application of its own.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "codec/plist.h"
#include "inventory/pkgdb.h"
#include "inventory/pkgdb/attributes.h"

struct bundle {
	struct arena *arena;
	struct str name, display_name, executable, version, build, identifier;
};

static int entry(void *ctx, struct str key, struct str value, struct err *err)
{
	struct bundle *b = ctx;
	const struct {
		const char *key;
		struct str *to;
	} fields[] = {
		{"CFBundleName", &b->name},
		{"CFBundleDisplayName", &b->display_name},
		{"CFBundleExecutable", &b->executable},
		{"CFBundleShortVersionString", &b->version},
		{"CFBundleVersion", &b->build},
		{"CFBundleIdentifier", &b->identifier},
	};

	for (size_t i = 0; value.n && i < ARRAY_LEN(fields); i++) {
		if (!str_is(key, fields[i].key))
			continue;
		*fields[i].to = arena_str(b->arena, value);
		if (!fields[i].to->p)
			return err_nomem(err);
	}
	return 0;
}

/* "Applications/A.app/Contents/Info.plist" -> "A"; empty for a bundle inside another one. */
static struct str outer_app(struct str path)
{
	struct str part, app = STR_NULL;

	while (str_pull_until(&path, '/', &part)) {
		if (!str_has_suffix(part, STR(".app")))
			continue;
		if (app.n)
			return STR_NULL;
		app = str_sub(part, 0, part.n - 4);
	}
	return app;
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	struct bundle b = {.arena = sink->scratch};
	struct attributes attrs = ATTRIBUTES_INIT(sink->scratch);
	struct str app = outer_app(in->path);
	struct package p = {.type = STR("macapps")};
	int r;

	if (app.n == 0)
		return 0;
	r = plist_each(in->bytes, entry, &b, err);
	if (r < 0)
		return r;
	p.name = b.name.n ? b.name : b.display_name.n ? b.display_name : b.executable;
	if (p.name.n == 0)
		p.name = app;
	p.version = b.version;
	attributes_add(&attrs, "build", b.build);
	attributes_add(&attrs, "display_name", b.display_name);
	attributes_add(&attrs, "identifier", b.identifier);
	r = attributes_get(&attrs, &p.attributes, err);
	return r < 0 ? r : pkg_sink_add(sink, &p);
}

static const char *const paths[] = {"**/*.app/Contents/Info.plist", NULL};

const struct pkgdb pkgdb_macapps = {
	.id = "macapps",
	.title = "macOS application bundles",
	.spec = "https://developer.apple.com/documentation/bundleresources/"
		"information-property-list",
	.paths = paths,
	.max_size = LIMIT_XML_BYTES,
	.parse = parse,
};
