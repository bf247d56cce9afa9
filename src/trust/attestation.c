/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/attestation.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "trust/predicate.h"
#include "trust/statement.h"

struct reading {
	struct arena *arena;
	struct attestation *out;
	struct err *err;
	int r; /* the first failure */
};

static void fail(struct reading *f, const char *path, const char *want)
{
	if (f->r == 0)
		f->r = err_set(f->err, ERR_FORMAT, "\"%s\" of the predicate is no %s", path, want);
}

/* A text that may be left out. */
static struct str text(struct reading *f, const struct json *map, const char *name,
		       const char *path)
{
	const struct json *v = json_get(map, name);
	enum json_kind kind = json_kind_of(v);
	struct str copy;

	if (kind == JSON_KIND_ABSENT || kind == JSON_KIND_NULL)
		return STR_NULL;
	if (kind != JSON_KIND_TEXT) {
		fail(f, path, "text");
		return STR_NULL;
	}
	copy = arena_str(f->arena, json_str(v));
	if (!copy.p && f->r == 0)
		f->r = err_nomem(f->err);
	return copy;
}

/* An object or list that may be left out. */
static const struct json *part(struct reading *f, const struct json *map, const char *name,
			       enum json_kind want, const char *path)
{
	const struct json *v = json_get(map, name);
	enum json_kind kind = json_kind_of(v);

	if (kind == JSON_KIND_ABSENT || kind == JSON_KIND_NULL)
		return NULL;
	if (kind != want)
		fail(f, path, want == JSON_KIND_MAP ? "object" : "list");
	return kind == want ? v : NULL;
}

static int64_t moment(struct reading *f, const struct json *map, const char *name, const char *path)
{
	struct str t = text(f, map, name, path);
	int64_t at = 0;

	if (t.n && !clock_parse(t, &at))
		fail(f, path, "time");
	return at;
}

/* {"sha256": "..", "sha1": ".."}: SHA-256 if it is told, else the first. */
static struct str digest_of_set(struct reading *f, const struct json *set)
{
	struct str algorithm, best = STR_NULL, value = STR_NULL, copy;
	const struct json *v;
	void *iter = NULL;

	while (json_each(set, &iter, &algorithm, &v))
		if (!best.n || str_is(algorithm, "sha256")) {
			best = algorithm;
			value = json_str(v);
		}
	if (!best.n)
		return STR_NULL;
	copy = arena_strf(f->arena, "%.*s:%.*s", STR_FMT(best), STR_FMT(value));
	if (!copy.p && f->r == 0)
		f->r = err_nomem(f->err);
	return copy;
}

static void read_materials(struct reading *f, const struct json *list)
{
	size_t n = json_len(list);
	struct attestation_material *p;

	if (n > ATTESTATION_MATERIALS_MAX && f->r == 0)
		f->r = err_set(f->err, ERR_LIMIT, "more than %d materials",
			       ATTESTATION_MATERIALS_MAX);
	if (n == 0 || f->r < 0)
		return;
	p = arena_array(f->arena, n, sizeof *p);
	if (!p) {
		f->r = err_nomem(f->err);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		p[i].uri = text(f, json_at(list, i), "uri", "materials.uri");
		p[i].digest = digest_of_set(f, json_get(json_at(list, i), "digest"));
	}
	f->out->materials = p;
	f->out->n_materials = n;
}

/* ---- the formats ---- */

static void read_slsa_0_2(struct reading *f, const struct json *p)
{
	const struct json *invocation = part(f, p, "invocation", JSON_KIND_MAP, "invocation");
	const struct json *source =
		part(f, invocation, "configSource", JSON_KIND_MAP, "invocation.configSource");
	const struct json *metadata = part(f, p, "metadata", JSON_KIND_MAP, "metadata");
	struct attestation *a = f->out;

	a->kind = ATTESTATION_PROVENANCE;
	a->builder = text(f, part(f, p, "builder", JSON_KIND_MAP, "builder"), "id", "builder.id");
	a->build_type = text(f, p, "buildType", "buildType");
	a->source = text(f, source, "uri", "invocation.configSource.uri");
	a->source_digest = digest_of_set(f, json_get(source, "digest"));
	a->entry_point = text(f, source, "entryPoint", "invocation.configSource.entryPoint");
	a->invocation = text(f, metadata, "buildInvocationID", "metadata.buildInvocationID");
	a->started = moment(f, metadata, "buildStartedOn", "metadata.buildStartedOn");
	a->finished = moment(f, metadata, "buildFinishedOn", "metadata.buildFinishedOn");
	read_materials(f, part(f, p, "materials", JSON_KIND_LIST, "materials"));
}

/* Which parameter is the source is the build type's choice; these are GitHub's and BuildKit's. */
static void read_parameters(struct reading *f, const struct json *parameters)
{
	const struct json *workflow = json_get(parameters, "workflow");
	const struct json *source = json_get(parameters, "configSource");
	struct attestation *a = f->out;
	struct str repository, ref;

	if (json_kind_of(workflow) == JSON_KIND_MAP) {
		repository = text(f, workflow, "repository", "externalParameters.workflow");
		ref = text(f, workflow, "ref", "externalParameters.workflow");
		a->entry_point = text(f, workflow, "path", "externalParameters.workflow");
		a->source =
			ref.n ? arena_strf(f->arena, "%.*s@%.*s", STR_FMT(repository), STR_FMT(ref))
			      : repository;
	} else if (json_kind_of(source) == JSON_KIND_MAP) {
		a->source = text(f, source, "uri", "externalParameters.configSource");
		a->source_digest = digest_of_set(f, json_get(source, "digest"));
		a->entry_point = text(f, source, "path", "externalParameters.configSource");
	} else if (json_kind_of(json_get(parameters, "source")) == JSON_KIND_TEXT) {
		a->source = text(f, parameters, "source", "externalParameters.source");
	}
}

/* The commit stands among what was resolved. */
static void find_source_digest(struct attestation *a)
{
	struct str source = a->source;

	(void)str_pull_prefix(&source, STR("git+"));
	for (size_t i = 0; i < a->n_materials && source.n && !a->source_digest.n; i++) {
		struct str uri = a->materials[i].uri;

		(void)str_pull_prefix(&uri, STR("git+"));
		if (str_eq(uri, source))
			a->source_digest = a->materials[i].digest;
	}
}

static void read_slsa_1(struct reading *f, const struct json *p)
{
	const struct json *definition =
		part(f, p, "buildDefinition", JSON_KIND_MAP, "buildDefinition");
	const struct json *details = part(f, p, "runDetails", JSON_KIND_MAP, "runDetails");
	const struct json *metadata =
		part(f, details, "metadata", JSON_KIND_MAP, "runDetails.metadata");
	struct attestation *a = f->out;

	a->kind = ATTESTATION_PROVENANCE;
	a->builder = text(f, part(f, details, "builder", JSON_KIND_MAP, "runDetails.builder"), "id",
			  "runDetails.builder.id");
	a->build_type = text(f, definition, "buildType", "buildDefinition.buildType");
	a->invocation = text(f, metadata, "invocationId", "runDetails.metadata.invocationId");
	a->started = moment(f, metadata, "startedOn", "runDetails.metadata.startedOn");
	a->finished = moment(f, metadata, "finishedOn", "runDetails.metadata.finishedOn");
	read_parameters(f, part(f, definition, "externalParameters", JSON_KIND_MAP,
				"buildDefinition.externalParameters"));
	read_materials(f, part(f, definition, "resolvedDependencies", JSON_KIND_LIST,
			       "buildDefinition.resolvedDependencies"));
	find_source_digest(a);
}

static void read_levels(struct reading *f, const struct json *list)
{
	size_t n = json_len(list);
	struct str *p;

	if (n > ATTESTATION_LEVELS_MAX && f->r == 0)
		f->r = err_set(f->err, ERR_LIMIT, "more than %d verified levels",
			       ATTESTATION_LEVELS_MAX);
	if (n == 0 || f->r < 0)
		return;
	p = arena_array(f->arena, n, sizeof *p);
	for (size_t i = 0; p && i < n; i++) {
		if (json_kind_of(json_at(list, i)) != JSON_KIND_TEXT)
			fail(f, "verifiedLevels", "list of texts");
		p[i] = arena_str(f->arena, json_str(json_at(list, i)));
	}
	if (!p)
		f->r = err_nomem(f->err);
	else
		f->out->levels = (struct str_list){p, n};
}

static void read_vsa(struct reading *f, const struct json *p)
{
	struct attestation *a = f->out;

	a->kind = ATTESTATION_SUMMARY;
	a->verifier =
		text(f, part(f, p, "verifier", JSON_KIND_MAP, "verifier"), "id", "verifier.id");
	a->policy = text(f, part(f, p, "policy", JSON_KIND_MAP, "policy"), "uri", "policy.uri");
	a->resource = text(f, p, "resourceUri", "resourceUri");
	a->result = text(f, p, "verificationResult", "verificationResult");
	a->finished = moment(f, p, "timeVerified", "timeVerified");
	read_levels(f, part(f, p, "verifiedLevels", JSON_KIND_LIST, "verifiedLevels"));
}

static void read_spdx(struct reading *f, const struct json *p)
{
	const struct json *info = part(f, p, "creationInfo", JSON_KIND_MAP, "creationInfo");
	const struct json *creators =
		part(f, info, "creators", JSON_KIND_LIST, "creationInfo.creators");

	f->out->kind = ATTESTATION_SBOM;
	f->out->format = text(f, p, "spdxVersion", "spdxVersion");
	f->out->finished = moment(f, info, "created", "creationInfo.created");
	f->out->author = arena_str(f->arena, json_str(json_at(creators, 0)));
	f->out->n_packages = json_len(part(f, p, "packages", JSON_KIND_LIST, "packages"));
}

static void read_cyclonedx(struct reading *f, const struct json *p)
{
	const struct json *metadata = part(f, p, "metadata", JSON_KIND_MAP, "metadata");
	struct str version = text(f, p, "specVersion", "specVersion");

	f->out->kind = ATTESTATION_SBOM;
	f->out->format = arena_strf(f->arena, "CycloneDX-%.*s", STR_FMT(version));
	f->out->finished = moment(f, metadata, "timestamp", "metadata.timestamp");
	f->out->n_packages = json_len(part(f, p, "components", JSON_KIND_LIST, "components"));
}

static void read_openvex(struct reading *f, const struct json *p)
{
	f->out->kind = ATTESTATION_VEX;
	f->out->format = STR("OpenVEX");
	f->out->author = text(f, p, "author", "author");
	f->out->finished = moment(f, p, "timestamp", "timestamp");
	f->out->n_packages = json_len(part(f, p, "statements", JSON_KIND_LIST, "statements"));
}

static void read_vuln(struct reading *f, const struct json *p)
{
	const struct json *scanner = part(f, p, "scanner", JSON_KIND_MAP, "scanner");
	const struct json *metadata = part(f, p, "metadata", JSON_KIND_MAP, "metadata");

	f->out->kind = ATTESTATION_SCAN;
	f->out->author = text(f, scanner, "uri", "scanner.uri");
	f->out->version = text(f, scanner, "version", "scanner.version");
	f->out->database = text(f, part(f, scanner, "db", JSON_KIND_MAP, "scanner.db"), "version",
				"scanner.db.version");
	f->out->started = moment(f, metadata, "scanStartedOn", "metadata.scanStartedOn");
	f->out->finished = moment(f, metadata, "scanFinishedOn", "metadata.scanFinishedOn");
}

static void read_signature(struct reading *f, const struct json *p)
{
	(void)p;
	f->out->kind = ATTESTATION_SIGNATURE;
}

static const struct {
	const char *name; /* as in trust/predicate.h, or a whole type */
	void (*read)(struct reading *f, const struct json *predicate);
} readers[] = {
	{"slsaprovenance", read_slsa_0_2},
	{"slsaprovenance1", read_slsa_1},
	{"vsa", read_vsa},
	{"spdx", read_spdx},
	{"cyclonedx", read_cyclonedx},
	{"openvex", read_openvex},
	{"vuln", read_vuln},
	{PREDICATE_COSIGN_SIGN, read_signature},
};

int attestation_read(struct str statement, struct arena *arena, struct attestation *ret,
		     struct err *err)
{
	CLEANUP(statement_done) struct statement s = {0};
	struct attestation a = {0};
	struct reading f = {.arena = arena, .out = &a, .err = err};
	int r = statement_parse(statement, &s, err);

	if (r < 0)
		return r;
	a.predicate_type = arena_str(arena, s.predicate_type);
	for (size_t i = 0; i < ARRAY_LEN(readers); i++)
		if (predicate_type_is(s.predicate_type, str_of(readers[i].name))) {
			readers[i].read(&f, s.predicate);
			break;
		}
	if (f.r < 0)
		return f.r;
	r = arena_check(arena, err);
	if (r == 0)
		*ret = a;
	return r;
}

const char *attestation_kind_name(enum attestation_kind kind)
{
	switch (kind) {
	case ATTESTATION_UNKNOWN:
		return "unknown";
	case ATTESTATION_PROVENANCE:
		return "provenance";
	case ATTESTATION_SUMMARY:
		return "summary";
	case ATTESTATION_SBOM:
		return "sbom";
	case ATTESTATION_VEX:
		return "vex";
	case ATTESTATION_SCAN:
		return "scan";
	case ATTESTATION_SIGNATURE:
		return "signature";
	}
	return "unknown";
}
