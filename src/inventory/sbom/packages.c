/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/sbom/packages.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/limits.h"
#include "inventory/distro.h"
#include "inventory/pkgdb/rpm_header.h"
#include "package/purl.h"

struct str bom_fact(const struct bom_item *item, const char *name)
{
	for (size_t i = 0; i < item->n_facts; i++)
		if (str_is(item->facts[i].name, name))
			return item->facts[i].value;
	return STR_NULL;
}

/* The first of several names that has a value. */
static struct str any_fact(const struct bom_item *item, const char *const *names)
{
	struct str value = STR_NULL;

	for (; *names && value.n == 0; names++)
		value = bom_fact(item, *names);
	return value;
}

static struct str keep(struct bom *bom, struct str s)
{
	return s.n ? arena_str(&bom->report->arena, s) : STR_NULL;
}

static struct str_list keep_list(struct bom *bom, struct str_list list)
{
	struct str *p = list.n ? arena_array(&bom->report->arena, list.n, sizeof *p) : NULL;

	for (size_t i = 0; p && i < list.n; i++)
		p[i] = keep(bom, list.p[i]);
	return (struct str_list){p, p ? list.n : 0};
}

/* All facts of one name. */
static struct str_list keep_facts(struct bom *bom, const struct bom_item *item, const char *name)
{
	struct str *p;
	size_t n = 0;

	for (size_t i = 0; i < item->n_facts; i++)
		n += str_is(item->facts[i].name, name);
	p = n ? arena_array(&bom->report->arena, n, sizeof *p) : NULL;
	if (!p)
		return (struct str_list){0};
	n = 0;
	for (size_t i = 0; i < item->n_facts; i++)
		if (str_is(item->facts[i].name, name))
			p[n++] = keep(bom, item->facts[i].value);
	return (struct str_list){p, n};
}

/* ---- one package ---- */

static bool is_of_distro(struct str type)
{
	static const char *const types[] = {"alpm", "apk", "deb", "opkg", "rpm"};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_is(type, types[i]))
			return true;
	return false;
}

/* An rpm with the epoch in front, as [epoch:]version-release. */
static struct str version_of(struct bom *bom, const struct bom_item *item, const struct purl *u)
{
	struct str epoch = purl_qualifier_value(u, "epoch");

	if (u->version.n == 0)
		return item->version;
	if (!str_is(u->type, "rpm") || epoch.n == 0 || str_is(epoch, "0"))
		return u->version;
	return arena_strf(&bom->temp, "%.*s:%.*s", STR_FMT(epoch), STR_FMT(u->version));
}

/* Trivy cuts the version of a source rpm into pieces. */
static struct str trivy_source_version(struct bom *bom, const struct bom_item *item)
{
	struct str version = bom_fact(item, "aquasecurity:trivy:SrcVersion");
	struct str release = bom_fact(item, "aquasecurity:trivy:SrcRelease");
	struct str epoch = bom_fact(item, "aquasecurity:trivy:SrcEpoch");
	bool has_epoch = epoch.n && !str_is(epoch, "0");

	if (version.n == 0 || (release.n == 0 && !has_epoch))
		return version;
	return arena_strf(&bom->temp, "%.*s%s%.*s%s%.*s", STR_FMT(has_epoch ? epoch : STR_NULL),
			  has_epoch ? ":" : "", STR_FMT(version), release.n ? "-" : "",
			  STR_FMT(release));
}

/* "gcc-12", "gcc-12@12.2.0-14", "bash-5.1.8-6.el9.src.rpm" */
static void set_upstream(struct str upstream, struct package *p)
{
	if (upstream.n == 0)
		return;
	if (str_is(p->type, "rpm") &&
	    rpm_source_split(upstream, &p->source_name, &p->source_version))
		return;
	if (!str_rcut(upstream, '@', &p->source_name, &p->source_version) ||
	    p->source_name.n == 0) {
		p->source_name = upstream;
		p->source_version = STR_NULL;
	}
}

static void set_source(struct bom *bom, const struct bom_item *item, const struct purl *u,
		       struct package *p)
{
	static const char *const names[] = {"syft:metadata:source", "syft:metadata:originPackage",
					    "syft:metadata:basepackage",
					    "aquasecurity:trivy:SrcName", NULL};
	struct str file = bom_fact(item, "syft:metadata:sourceRpm");

	set_upstream(file.n ? file : purl_qualifier_value(u, "upstream"), p);
	if (p->source_name.n == 0)
		p->source_name = any_fact(item, names);
	if (p->source_name.n == 0)
		p->source_name = item->source_name;
	if (p->source_version.n == 0)
		p->source_version = bom_fact(item, "syft:metadata:sourceVersion");
	if (p->source_version.n == 0)
		p->source_version = trivy_source_version(bom, item);
	if (p->source_version.n == 0)
		p->source_version = item->source_version;
	if (str_eq(p->source_name, p->name) && p->source_version.n == 0)
		p->source_name = STR_NULL;
}

/* What tools other than ours wrote. */
static void set_foreign(struct bom *bom, const struct bom_item *item, const struct purl *u,
			struct report_package *rp)
{
	static const char *const modularity[] = {"syft:metadata:modularityLabel",
						 "aquasecurity:trivy:Modularitylabel", NULL};
	static const char *const paths[] = {"syft:location:0:path", "aquasecurity:trivy:FilePath",
					    NULL};
	static const char *const layers[] = {"syft:location:0:layerID",
					     "aquasecurity:trivy:LayerDiffID", NULL};
	struct package *p = &rp->p;
	struct str path = any_fact(item, paths);

	p->type = u->type;
	p->namespace = is_of_distro(u->type) ? STR_NULL : u->namespace;
	p->name = u->name;
	p->version = version_of(bom, item, u);
	p->arch = purl_qualifier_value(u, "arch");
	p->modularity = purl_qualifier_value(u, "rpmmod");
	if (p->modularity.n == 0)
		p->modularity = any_fact(item, modularity);
	(void)str_pull_prefix(&path, STR("/")); /* paths of ours have none in front */
	rp->db = str_of(bom->format);
	rp->db_path = path;
	rp->layer = rp->layer_changed = any_fact(item, layers);
	set_source(bom, item, u, p);
}

/* A package of our own document, as it was. */
static void set_own(const struct bom_item *item, struct report_package *rp)
{
	struct package *p = &rp->p;

	p->type = bom_fact(item, "plimsoll:package:type");
	p->namespace = item->group;
	p->name = item->name;
	p->version = item->version;
	p->arch = bom_fact(item, "plimsoll:package:arch");
	p->modularity = bom_fact(item, "plimsoll:package:modularity");
	p->source_name = bom_fact(item, "plimsoll:package:sourceName");
	p->source_version = bom_fact(item, "plimsoll:package:sourceVersion");
	rp->db = bom_fact(item, "plimsoll:package:db");
	rp->db_path = bom_fact(item, "plimsoll:package:dbPath");
	rp->layer = bom_fact(item, "plimsoll:layer:diffId");
	rp->layer_changed = bom_fact(item, "plimsoll:layer:changedDiffId");
	if (rp->layer_changed.n == 0)
		rp->layer_changed = rp->layer;
}

static int keep_package(struct bom *bom, const struct bom_item *item,
			const struct report_package *from, struct err *err)
{
	struct report_package *rp = vec_push(&bom->report->packages);
	struct package *p;

	if (!rp)
		return err_set(err, ERR_LIMIT, "more than packages (%zu)", (size_t)LIMIT_PACKAGES);
	*rp = *from;
	p = &rp->p;
	struct str *const texts[] = {
		&p->type,	 &p->namespace,	     &p->name,	 &p->version,	    &p->arch,
		&p->source_name, &p->source_version, &p->vendor, &p->modularity,    &rp->purl,
		&rp->db,	 &rp->db_path,	     &rp->layer, &rp->layer_changed};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = keep(bom, *texts[i]);
	p->licenses = keep_list(bom, item->licenses);
	p->attributes = keep_facts(bom, item, "plimsoll:package:attribute");
	bom->n_of_distro += is_of_distro(p->type);
	return arena_check(&bom->report->arena, err);
}

static void take_hint(struct bom *bom, const struct purl *u)
{
	struct str distro = purl_qualifier_value(u, "distro");

	if (bom->hint.n || distro.n == 0 || !is_of_distro(u->type))
		return;
	bom->hint = keep(bom, distro);
	bom->hint_id = keep(bom, u->namespace);
}

int bom_add_package(struct bom *bom, const struct bom_item *item, struct err *err)
{
	struct report_package rp = {.purl = item->purl, .p = {.vendor = item->supplier}};
	bool is_own = bom_fact(item, "plimsoll:package:type").n > 0;
	struct err why = {0};
	struct purl u = {0};
	int r = item->purl.n ? purl_parse_loose(item->purl, &bom->temp, &u, &why) : 0;

	if (r == -ERR_NOMEM)
		return err_nomem(err);
	if (r < 0) {
		(void)err_wrap(&why, r, "component \"%.*s\"", STR_FMT(str_sub(item->name, 0, 200)));
		r = report_add_problem(bom->report, STR_NULL, STR_NULL, str_of(bom->format), &why);
		return r < 0 ? err_nomem(err) : 0;
	}
	if (is_own)
		set_own(item, &rp);
	else if (item->purl.n)
		set_foreign(bom, item, &u, &rp);
	if (rp.p.type.n == 0 || rp.p.name.n == 0) {
		bom->n_nameless++;
		return 0;
	}
	if (!is_own)
		take_hint(bom, &u);
	return keep_package(bom, item, &rp, err);
}

/* ---- the distribution ---- */

/* Names that tools have for distributions, and ID of os-release. */
static struct str id_of_family(struct str name)
{
	static const char *const names[][2] = {
		{"redhat", "rhel"},
		{"amazon", "amzn"},
		{"oracle", "ol"},
		{"alma", "almalinux"},
		{"opensuse.leap", "opensuse-leap"},
		{"opensuse.tumbleweed", "opensuse-tumbleweed"},
		{"suse linux enterprise server", "sles"},
		{"cbl-mariner", "mariner"},
		{"archlinux", "arch"},
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq_nocase(name, str_of(names[i][0])))
			return str_of(names[i][1]);
	return name;
}

static struct str distro_fact(struct bom *bom, const struct bom_item *item, const char *name,
			      struct str otherwise)
{
	char full[64];
	struct str value;

	(void)snprintf(full, sizeof full, "plimsoll:distro:%s", name); /* ours: it fits */
	value = bom_fact(item, full);
	return keep(bom, value.n ? value : otherwise);
}

/* A distribution of our own document, as it was. */
static void set_own_os(struct bom *bom, const struct bom_item *item, struct distro *d)
{
	d->id = keep(bom, item->name);
	d->id_like = keep_facts(bom, item, "plimsoll:distro:idLike");
	d->name = distro_fact(bom, item, "name", STR_NULL);
	d->pretty_name = keep(bom, item->description);
	d->version_id = keep(bom, item->version);
	d->point_release = distro_fact(bom, item, "pointRelease", STR_NULL);
	d->codename = distro_fact(bom, item, "codename", STR_NULL);
	d->variant_id = distro_fact(bom, item, "variantId", STR_NULL);
	d->cpe = distro_fact(bom, item, "cpe", item->cpe);
	d->release = distro_fact(bom, item, "release", STR_NULL);
	d->base_release = distro_fact(bom, item, "baseRelease", STR_NULL);
	d->source = distro_fact(bom, item, "source", STR_NULL);
	d->eol = distro_fact(bom, item, "eol", STR_NULL);
	d->eol_extended = distro_fact(bom, item, "eolExtended", STR_NULL);
	d->eol_as_of = distro_fact(bom, item, "eolAsOf", STR_NULL);
}

/* A line of os-release; bytes that would end the quotes are left out. */
static void add_line(struct strbuf *sb, const char *key, struct str value)
{
	if (value.n == 0)
		return;
	strbuf_adds(sb, key);
	strbuf_adds(sb, "='");
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] != '\'' && (unsigned char)value.p[i] >= ' ')
			strbuf_addc(sb, value.p[i]);
	strbuf_adds(sb, "'\n");
}

static bool get_file(void *context, struct str path, struct str *ret_bytes)
{
	const struct strbuf *sb = context;

	*ret_bytes = strbuf_str(sb);
	return str_is(path, "etc/os-release");
}

static void pass_over(void *context, struct str path, const struct err *what)
{
	(void)context; /* the file is ours */
	(void)path;
	(void)what;
}

/* The keys of a release are made where those of an image are: from its os-release. */
static int read_distro(struct bom *bom, struct strbuf *os_release, struct err *err)
{
	const struct distro_files files = {os_release, get_file, pass_over};
	struct distro *d = &bom->report->distro;
	int r = strbuf_check(os_release, err);

	if (r == 0)
		r = distro_read(&files, &bom->report->arena, d, err);
	d->source = STR_NULL;
	return r;
}

static int read_named(struct bom *bom, struct str id, struct str version, struct str pretty,
		      struct str codename, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_KEPT_FILE_BYTES);
	char lower[64];

	id = id_of_family(id);
	for (size_t i = 0; i < id.n && i < sizeof lower; i++)
		lower[i] = char_lower(id.p[i]);
	if (id.n == 0 || id.n > sizeof lower)
		return 0;
	add_line(&sb, "ID", str_make(lower, id.n));
	add_line(&sb, "VERSION_ID", version);
	add_line(&sb, "VERSION_CODENAME", codename);
	add_line(&sb, "PRETTY_NAME", pretty);
	return read_distro(bom, &sb, err);
}

int bom_set_os(struct bom *bom, const struct bom_item *item, struct err *err)
{
	static const char *const ids[] = {"syft:distro:id", "aquasecurity:trivy:Type", NULL};
	static const char *const versions[] = {"syft:distro:versionID", NULL};
	static const char *const names[] = {"syft:distro:prettyName", NULL};
	struct str id = any_fact(item, ids), version = any_fact(item, versions);
	struct str pretty = any_fact(item, names);

	if (bom->has_os)
		return 0;
	bom->has_os = true;
	if (bom_fact(item, "plimsoll:distro:source").n) {
		set_own_os(bom, item, &bom->report->distro);
		return arena_check(&bom->report->arena, err);
	}
	return read_named(bom, id.n ? id : item->name, version.n ? version : item->version,
			  pretty.n ? pretty : item->description,
			  bom_fact(item, "syft:distro:versionCodename"), err);
}

/* "debian-12", "opensuse-leap-15.5", or the version alone behind the URL's namespace. */
static int read_hint(struct bom *bom, struct err *err)
{
	struct str id = bom->hint, version = STR_NULL, before, after;

	if (bom->has_os || bom->hint.n == 0)
		return 0;
	if (char_is_digit(*id.p)) {
		version = id;
		id = bom->hint_id;
	} else if (str_rcut(id, '-', &before, &after) && after.n && char_is_digit(*after.p)) {
		id = before;
		version = after;
	}
	return read_named(bom, id, version, STR_NULL, STR_NULL, err);
}

/* ---- the image ---- */

/* "sha256:.. rest" of a fact belongs to the layers of that diff id. */
static struct report_layer *layer_of_fact(struct report *report, struct str value,
					  struct str *ret_rest)
{
	struct str diff_id;

	if (!str_cut(value, ' ', &diff_id, ret_rest))
		return NULL;
	for (size_t i = 0; i < report->layers.n; i++) {
		struct report_layer *l = vec_at(&report->layers, i);

		if (str_eq(l->diff_id, diff_id))
			return l;
	}
	return NULL;
}

static int add_layers(struct bom *bom, const struct bom_item *item, struct err *err)
{
	static const char *const ids[] = {"plimsoll:image:layer:diffId",
					  "aquasecurity:trivy:DiffID"};
	struct vec *layers = &bom->report->layers;

	for (size_t i = 0; i < item->n_facts; i++) {
		const struct bom_fact *f = &item->facts[i];
		struct report_layer *l;

		if (!str_is(f->name, ids[0]) && !str_is(f->name, ids[1]))
			continue;
		l = vec_push(layers);
		if (!l)
			return err_set(err, ERR_LIMIT, "more than layers (%zu)",
				       (size_t)LIMIT_LAYERS);
		l->diff_id = keep(bom, f->value);
	}
	return 0;
}

static int add_content_set(struct bom *bom, struct report_layer *l, struct str set)
{
	size_t n = l->content_sets.n;
	struct str *p = arena_array(&bom->report->arena, n + 1, sizeof *p);

	if (!p)
		return -ERR_NOMEM;
	if (n)
		memcpy(p, l->content_sets.p, n * sizeof *p);
	p[n] = keep(bom, set);
	l->content_sets = (struct str_list){p, n + 1};
	return 0;
}

/* Sets are joined by spaces in one fact a layer, so that the list is made once. */
static int add_content_sets(struct bom *bom, struct report_layer *l, struct str sets)
{
	struct str set;
	int r = 0;

	if (l->content_sets.n || sets.n > LIMIT_FIELD_BYTES)
		return 0;
	while (r == 0 && str_pull_word(&sets, &set) && l->content_sets.n < 1024)
		r = add_content_set(bom, l, set);
	return r;
}

static int set_layers(struct bom *bom, const struct bom_item *item, struct err *err)
{
	int r = add_layers(bom, item, err);

	for (size_t i = 0; r == 0 && i < item->n_facts; i++) {
		const struct bom_fact *f = &item->facts[i];
		struct str rest;
		struct report_layer *l = layer_of_fact(bom->report, f->value, &rest);

		if (l && str_is(f->name, "plimsoll:image:layer:contentSets") &&
		    add_content_sets(bom, l, rest) < 0)
			return err_nomem(err);
		if (l && str_is(f->name, "plimsoll:image:layer:build")) {
			struct str nvr = rest, arch = STR_NULL;

			(void)str_cut(rest, ' ', &nvr, &arch); /* without one it is all NVR */
			l->build_nvr = keep(bom, nvr);
			l->build_arch = keep(bom, arch);
		}
	}
	return r;
}

int bom_set_image(struct bom *bom, const struct bom_item *item, struct err *err)
{
	struct report_image *image = &bom->report->image;
	struct str name = bom_fact(item, "plimsoll:image:reference");
	int r;

	if (bom->report->has_image)
		return 0;
	bom->report->has_image = true;
	image->name = keep(bom, name.n ? name : item->name);
	image->manifest_digest = keep(bom, bom_fact(item, "plimsoll:image:manifestDigest"));
	image->config_digest = keep(bom, bom_fact(item, "plimsoll:image:configDigest"));
	image->os = keep(bom, bom_fact(item, "plimsoll:image:os"));
	image->architecture = keep(bom, bom_fact(item, "plimsoll:image:architecture"));
	image->variant = keep(bom, bom_fact(item, "plimsoll:image:variant"));
	r = set_layers(bom, item, err);
	return r < 0 ? r : arena_check(&bom->report->arena, err);
}

/* ---- the end ---- */

void bom_set_time(struct bom *bom, struct str rfc3339)
{
	int64_t time;

	if (bom->report->has_time || !clock_parse(rfc3339, &time) || time == 0)
		return; /* our own SPDX documents say 1970 where there is no time */
	bom->report->has_time = true;
	bom->report->time = time;
}

/* Where layers stand; a document may name the image last. */
static int index_layers(struct bom *bom, struct err *err)
{
	struct report *report = bom->report;
	struct map index;
	int r = 0;

	map_init(&index, LIMIT_LAYERS);
	for (size_t i = 0; r == 0 && i < report->layers.n; i++) {
		struct report_layer *l = vec_at(&report->layers, i);

		if (!map_get(&index, l->diff_id))
			r = map_put(&index, l->diff_id, l);
	}
	for (size_t i = 0; r == 0 && i < report->packages.n; i++) {
		struct report_package *rp = vec_at(&report->packages, i);
		struct report_layer *l = map_get(&index, rp->layer);
		struct report_layer *changed = map_get(&index, rp->layer_changed);
		struct report_layer *first = report->layers.p;

		rp->layer_index = l ? (size_t)(l - first) : 0;
		rp->layer_changed_index = changed ? (size_t)(changed - first) : rp->layer_index;
		if (l)
			l->n_packages++;
	}
	map_done(&index);
	return r < 0 ? err_nomem(err) : 0;
}

int bom_add_gap(struct bom *bom, enum coverage_state state, struct str text)
{
	size_t at = str_find(text, STR(": ")), comma = str_find(text, STR(", "));

	if (str_has_prefix(text, STR("vulnerabilities")))
		return 0; /* of that day's database */
	/* Documents of SPDX have a comma there. */
	at = comma < at ? comma : at;
	bom->has_gaps = true;
	return report_add_coverage(bom->report, str_sub(text, 0, at), state, str_skip(text, at + 2),
				   STR_NULL, 0);
}

static int cover_packages(struct bom *bom)
{
	static const struct str what = STR("packages (as the SBOM lists them)");
	struct report *report = bom->report;

	if (report->packages.n == 0)
		return report_add_coverage(report, what, COVERAGE_NOT_ASSESSED,
					   STR("the SBOM lists none"), STR_NULL, 0);
	if (bom->is_incomplete && !bom->has_gaps)
		return report_add_coverage(report, what, COVERAGE_PARTIAL,
					   STR("the SBOM says that it is incomplete"), STR_NULL,
					   report->packages.n);
	return report_add_coverage(report, what, COVERAGE_ASSESSED, STR_NULL, STR_NULL,
				   report->packages.n);
}

static int cover(struct bom *bom)
{
	struct report *report = bom->report;
	int r = cover_packages(bom);

	if (r == 0 && bom->n_nameless)
		r = report_add_coverage(
			report, STR("components without a package URL"), COVERAGE_NOT_ASSESSED,
			STR("nothing says which package they are"), STR_NULL, bom->n_nameless);
	if (r == 0 && report->distro.id.n)
		return report_add_coverage(report, STR("distribution"), COVERAGE_ASSESSED, STR_NULL,
					   STR_NULL, 0);
	if (r == 0 && bom->n_of_distro && !bom->has_gaps)
		r = report_add_coverage(report, STR("distribution"), COVERAGE_NOT_ASSESSED,
					STR("the SBOM names no operating system"), STR_NULL, 0);
	return r;
}

/* A distribution's packages are in its namespace, as those of an image are. */
static void set_namespaces(struct bom *bom)
{
	for (size_t i = 0; i < bom->report->packages.n; i++) {
		struct report_package *rp = vec_at(&bom->report->packages, i);

		if (rp->p.namespace.n == 0 && is_of_distro(rp->p.type))
			rp->p.namespace = bom->report->distro.id;
	}
}

int bom_finish(struct bom *bom, struct err *err)
{
	int r = read_hint(bom, err);

	if (r == 0)
		r = index_layers(bom, err);
	if (r < 0)
		return r;
	set_namespaces(bom);
	if (cover(bom) < 0)
		return err_nomem(err);
	return arena_check(&bom->report->arena, err);
}
