/* SPDX-License-Identifier: Apache-2.0 */
/* The package URL of an installed package, for every reader and every report alike. */
#include "base/cleanup.h"
#include "base/limits.h"
#include "package/package.h"
#include "package/purl.h"

enum { MAX_QUALIFIERS = 5 };

/* A purl in the making, with room for its qualifiers. */
struct draft {
	const struct package *package;
	struct arena *a;
	struct purl purl;
	struct purl_qualifier qualifiers[MAX_QUALIFIERS];
};

/* Empty values are dropped by purl_build. */
static void add(struct draft *d, const char *key, struct str value)
{
	d->qualifiers[d->purl.n_qualifiers++] = (struct purl_qualifier){str_of(key), value};
}

/* Whether the distribution, not the package, says whose package it is. */
static bool comes_from_distro(struct str type)
{
	static const char *const types[] = {"alpm", "apk", "deb", "opkg", "rpm"};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_is(type, types[i]))
			return true;
	return false;
}

static bool source_name_differs(const struct package *p)
{
	return p->source_name.n && !str_eq(p->source_name, p->name);
}

/* "glibc", or "gcc-12@12.2.0-14" where the binary's version is another. */
static int deb_upstream(struct draft *d, struct err *err)
{
	const struct package *p = d->package;
	struct str name = p->source_name.n ? p->source_name : p->name;
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PURL_BYTES);
	struct str text;
	int r;

	if (p->source_version.n == 0 || str_eq(p->source_version, p->version)) {
		add(d, "upstream", source_name_differs(p) ? name : STR_NULL);
		return 0;
	}
	strbuf_add(&sb, name);
	strbuf_addc(&sb, '@');
	strbuf_add(&sb, p->source_version);
	r = strbuf_check(&sb, err);
	if (r < 0)
		return r;
	text = arena_str(d->a, strbuf_str(&sb));
	if (!text.p)
		return err_nomem(err);
	add(d, "upstream", text);
	return 0;
}

/* "1:2.3-4" is epoch "1" and "2.3-4". */
static struct str cut_epoch(struct str version, struct str *ret_epoch)
{
	struct str epoch, rest;
	uint64_t number;

	*ret_epoch = STR_NULL;
	if (!str_cut(version, ':', &epoch, &rest) || !str_parse_u64(epoch, &number))
		return version;
	*ret_epoch = epoch;
	return rest;
}

/* "bash-5.1.8-6.el9.src.rpm": as the header names it, else put together from the source package. */
static int rpm_upstream(struct draft *d, struct err *err)
{
	const struct package *p = d->package;
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PURL_BYTES);
	struct str epoch, text;
	int r;

	for (size_t i = 0; i < p->attributes.n; i++) {
		struct str file = p->attributes.p[i];

		if (str_pull_prefix(&file, STR("sourcerpm="))) {
			add(d, "upstream", file);
			return 0;
		}
	}
	if (p->source_name.n == 0)
		return 0;
	strbuf_add(&sb, p->source_name);
	strbuf_addc(&sb, '-');
	strbuf_add(&sb, cut_epoch(p->source_version.n ? p->source_version : p->version, &epoch));
	strbuf_adds(&sb, ".src.rpm");
	r = strbuf_check(&sb, err);
	if (r < 0)
		return r;
	text = arena_str(d->a, strbuf_str(&sb));
	if (!text.p)
		return err_nomem(err);
	add(d, "upstream", text);
	return 0;
}

/* The vendor's own namespace, which its advisories use, where it is not ID of os-release. */
static struct str rpm_namespace(struct str distro_id)
{
	static const struct {
		struct str prefix, namespace;
	} vendors[] = {
		{STR("rhel"), STR("redhat")},
		{STR("opensuse"), STR("opensuse")},
		{STR("sle"), STR("suse")}, /* sles, sled, sle-micro, sle_hpc */
		{STR("suse"), STR("suse")},
	};

	for (size_t i = 0; i < ARRAY_LEN(vendors); i++)
		if (str_has_prefix(distro_id, vendors[i].prefix))
			return vendors[i].namespace;
	return distro_id;
}

static int add_upstream(struct draft *d, struct err *err)
{
	struct purl *u = &d->purl;
	struct str epoch;

	if (str_is(u->type, "deb"))
		return deb_upstream(d, err);
	if (!str_is(u->type, "rpm")) {
		add(d, "upstream",
		    source_name_differs(d->package) ? d->package->source_name : STR_NULL);
		return 0;
	}
	u->version = cut_epoch(u->version, &epoch);
	add(d, "epoch", epoch);
	add(d, "rpmmod", d->package->modularity);
	return rpm_upstream(d, err);
}

int purl_of_package(const struct package *p, struct str distro_id, struct str distro_release,
		    struct strbuf *sb, struct err *err)
{
	CLEANUP(arena_done) struct arena a;
	struct draft d = {.package = p, .a = &a};
	int r = 0;

	arena_init(&a, LIMIT_ARENA_BYTES);
	d.purl.type = p->type;
	d.purl.namespace = p->namespace;
	d.purl.name = p->name;
	d.purl.version = p->version;
	d.purl.qualifiers = d.qualifiers;
	add(&d, "arch", p->arch);
	if (comes_from_distro(p->type)) {
		if (p->namespace.n == 0)
			d.purl.namespace =
				str_is(p->type, "rpm") ? rpm_namespace(distro_id) : distro_id;
		add(&d, "distro", distro_release);
		r = add_upstream(&d, err);
	}
	return r == 0 ? purl_build_loose(&d.purl, sb, err) : r;
}
