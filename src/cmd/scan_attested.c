/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan_attested.h"

#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "cmd/report_output.h"
#include "cmd/signing_key.h"
#include "codec/json_copy.h"
#include "trust/image_signatures.h"
#include "trust/predicate.h"
#include "trust/statement.h"

#define DAY_SECONDS  86400
#define SKEW_SECONDS 60 /* a clock may be behind that of who made it */

static struct str types[] = {{"cyclonedx", 9}, {"spdx", 4}};

struct found {
	const struct claim *claim; /* NULL: none */
	int64_t made;
	size_t n_stale; /* that hold, and are too old or from the future */
};

static int now(int64_t *ret, struct err *err)
{
	bool has_epoch = false;
	int64_t epoch = 0;
	int r = command_epoch(&has_epoch, &epoch, err);

	*ret = has_epoch ? epoch : (int64_t)time(NULL);
	return r;
}

/* When the SBOM says it was made; false: it does not say. */
static bool date_of(const struct claim *claim, int64_t *ret)
{
	CLEANUP(statement_done) struct statement s = {0};
	struct str date;

	if (statement_parse(claim->payload, &s, NULL) < 0)
		return false;
	date = json_get_str(json_get(s.predicate, "metadata"), "timestamp");
	if (date.n == 0)
		date = json_get_str(json_get(s.predicate, "creationInfo"), "created");
	return clock_parse(date, ret);
}

static void take(const struct verification *v, int64_t max_age, struct found *ret)
{
	for (size_t i = 0; i < v->signatures.n; i++) {
		const struct verification_signature *s =
			*(struct verification_signature **)vec_at(&v->signatures, i);
		int64_t made;

		if (!s->holds || !s->counts || !str_eq(s->claim.digest, v->digest))
			continue;
		if (!date_of(&s->claim, &made) || made > v->now + SKEW_SECONDS ||
		    v->now - made > max_age) {
			ret->n_stale++;
			continue;
		}
		if (!ret->claim || made > ret->made) {
			ret->claim = &s->claim;
			ret->made = made;
		}
	}
}

static int look(const struct scan_options *opt, const char *target, struct verification *v,
		struct found *ret, struct err *err)
{
	const struct registry_options registry = REGISTRY_OPTIONS_GIVEN(*opt);
	CLEANUP(artifact_place_done) struct artifact_place place = ARTIFACT_PLACE_INIT;
	CLEANUP(public_key_freep) struct public_key *key = NULL;
	struct trust_key wanted = {.name = str_of(opt->sbom_key)};
	struct trust_wants wants = {
		.keys = &wanted, .n_keys = 1, .no_log = true, .types = {types, ARRAY_LEN(types)}};
	int r;

	if ((r = public_key_open(opt->sbom_key, &key, err)) < 0 || (r = now(&v->now, err)) < 0 ||
	    (r = artifact_place_open(target, &registry, &place, err)) < 0)
		return r;
	wanted.key = key;
	v->digest = arena_str(v->arena, str_of(place.manifest.digest));
	if (!place.store)
		return 0;
	r = image_signatures_verify(place.store, &wants, v, err);
	if (r == 0)
		take(v, (int64_t)opt->sbom_days * DAY_SECONDS, ret);
	return r;
}

/* The predicate alone, as bytes of the statement that was signed. */
static int write_sbom(const struct claim *claim, int fd, struct err *err)
{
	CLEANUP(statement_done) struct statement s = {0};
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_ATTESTATION_BYTES);
	struct json_writer w;
	int r = statement_parse(claim->payload, &s, err);

	if (r < 0)
		return r;
	json_writer_init(&w, &sb, JSON_COMPACT);
	json_add_copy(&w, s.predicate);
	r = strbuf_check(&sb, err);
	return r < 0 ? r : fd_write_all(fd, strbuf_str(&sb), err);
}

static int scan_sbom(const struct scan_options *opt, const char *target, const struct found *found,
		     const struct verification *v)
{
	CLEANUP(fd_closep) int fd = memfd_create("sbom", MFD_CLOEXEC);
	struct scan_options plain = *opt;
	char path[64], made[CLOCK_TEXT_MAX] = "";
	const char *argv[] = {path, NULL};
	struct err err = {0};
	int r = fd < 0 ? err_set(&err, ERR_IO, "no memory for the SBOM") : 0;

	if (r == 0)
		r = write_sbom(found->claim, fd, &err);
	if (r < 0)
		return command_error(&err);
	(void)clock_format(found->made, made); /* it was read from such a text */
	(void)snprintf(path, sizeof path, "sbom:/proc/self/fd/%d", fd);
	plain.sbom_key = NULL;
	plain.given = target;
	plain.packages_from =
		arena_strf(v->arena,
			   "as the owner of the key %s attested for %.*s, in an SBOM of %s; no "
			   "file was looked at",
			   opt->sbom_key, STR_FMT(v->digest), made)
			.p;
	if (!plain.packages_from)
		return command_error(&err);
	return scan_command(&plain, "scan", 1, argv);
}

static int scan_itself(const struct scan_options *opt, const struct found *found, int argc,
		       const char *const *argv)
{
	struct scan_options plain = *opt;

	plain.sbom_key = NULL;
	if (!opt->quiet)
		(void)fprintf(stderr, "plimsoll: %s: %s; the image itself is scanned\n",
			      opt->sbom_key,
			      found->n_stale ? "the SBOM attested by this key is too old, has no "
					       "date, or one in the future"
					     : "no SBOM is attested by this key");
	return scan_command(&plain, "scan", argc, argv);
}

int scan_with_attested_sbom(const struct scan_options *opt, int argc, const char *const *argv)
{
	struct verification v;
	struct found found = {0};
	struct arena arena;
	struct err err = {0};
	int r, status;

	if (argc != 1) {
		(void)err_set(&err, ERR_USAGE, "scan: needs one TARGET; see plimsoll scan --help");
		return command_error(&err);
	}
	arena_init(&arena, LIMIT_VERIFY_ARENA_BYTES);
	verification_init(&v, &arena, str_of(argv[0]), 0);
	r = look(opt, argv[0], &v, &found, &err);
	if (r < 0)
		status = command_error(&err);
	else if (found.claim)
		status = scan_sbom(opt, argv[0], &found, &v);
	else
		status = scan_itself(opt, &found, argc, argv);
	verification_done(&v);
	arena_done(&arena);
	return status;
}
