/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan_attest.h"

#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/limits.h"
#include "cmd/place_text.h"
#include "cmd/report_output.h"
#include "cmd/scan_apart.h"
#include "cmd/sign_target.h"
#include "codec/json.h"
#include "codec/json_writer.h"
#include "trust/predicate.h"

#define SCANNER_URI "pkg:generic/plimsoll@" PLIMSOLL_VERSION

struct attesting {
	struct strbuf report, predicate;
	struct json *doc; /* the report */
	int64_t started, finished;
};

static void attesting_done(struct attesting *a)
{
	strbuf_done(&a->report);
	strbuf_done(&a->predicate);
	json_free(a->doc);
}

static int now(int64_t *ret, struct err *err)
{
	bool has_epoch = false;
	int64_t epoch = 0;
	int r = command_epoch(&has_epoch, &epoch, err);

	*ret = has_epoch ? epoch : (int64_t)time(NULL);
	return r;
}

/* The whole of what is found, whatever is shown and whatever decides. */
static int scan_for(const struct scan_options *opt, const char *target, struct attesting *a,
		    bool *ret_told, struct err *err)
{
	struct scan_options all = *opt;
	int r;

	all.format = "json";
	all.output = all.fail_on = all.policy = all.severity = all.attest = NULL;
	all.max_size = all.dive_ci = NULL;
	all.fixable = all.known_exploited = all.budgets = all.require_complete = false;
	all.alerts.sinks.n = 0;
	if ((r = now(&a->started, err)) < 0 ||
	    (r = scan_apart(&all, "scan", target, &a->report, ret_told, err)) < 0 ||
	    (r = now(&a->finished, err)) < 0)
		return r;
	return json_parse(strbuf_str(&a->report), &a->doc, err);
}

/* The kind says "vulnerability scan": one that did not look for any is none. */
static int check_kind(const struct json *report, struct err *err)
{
	const struct json *coverage = json_get(report, "coverage");

	for (size_t i = 0; i < json_len(coverage); i++)
		if (str_has_prefix(json_get_str(json_at(coverage, i), "what"),
				   STR("vulnerabilities")))
			return 0;
	return err_set(
		err, ERR_USAGE,
		"--attest signs a scan for vulnerabilities: leave vuln among the --scanners");
}

static void put_time(struct json_writer *w, const char *key, int64_t time)
{
	char text[CLOCK_TEXT_MAX] = "";

	(void)clock_format(time, text); /* of this century */
	json_put_text(w, key, text);
}

static int write_predicate(struct attesting *a, struct err *err)
{
	struct json_writer w;

	json_writer_init(&w, &a->predicate, JSON_COMPACT);
	json_open_map(&w);
	json_key(&w, "scanner");
	json_open_map(&w);
	json_put_text(&w, "uri", SCANNER_URI);
	json_put_text(&w, "version", PLIMSOLL_VERSION);
	json_key(&w, "result");
	json_add_raw(&w, str_trim(strbuf_str(&a->report)));
	json_close_map(&w);
	json_key(&w, "metadata");
	json_open_map(&w);
	put_time(&w, "scanStartedOn", a->started);
	put_time(&w, "scanFinishedOn", a->finished);
	json_close_map(&w);
	json_close_map(&w);
	return strbuf_check(&a->predicate, err);
}

/* What is attested is the manifest that was scanned, wherever the tag points now. */
static int aim(struct sign_target *t, const struct json *report, struct registry_manifest *m,
	       struct err *err)
{
	struct str digest = json_get_str(json_get(report, "image"), "manifest_digest");
	int r;

	if (digest.n == 0)
		return err_set(err, ERR_UNSUPPORTED,
			       "--attest: the target has no manifest, to which a scan could be "
			       "attached");
	r = artifact_store_manifest(t->place.store, digest, m, err);
	if (r < 0)
		return err_wrap(err, r, "what was scanned");
	t->how.subject = (struct artifact){.media_type = str_of(m->media_type),
					   .digest = str_of(m->digest),
					   .size = m->bytes.n};
	return 0;
}

static int attest_one(void *ctx, const struct cosign_signing *how, unsigned forms,
		      struct cosign_made *ret, struct err *err)
{
	const struct attesting *a = ctx;
	CLEANUP(strbuf_done) struct strbuf statement = STRBUF_INIT(LIMIT_ATTESTATION_BYTES);
	int r = cosign_statement_write(how, STR(PREDICATE_VULN), strbuf_str(&a->predicate), false,
				       &statement, err);

	return r < 0 ? r
		     : cosign_attest(how, forms, strbuf_str(&statement), STR(PREDICATE_VULN), ret,
				     err);
}

/* The key first: who has mistyped a passphrase need not wait for a scan. */
static int attest(const struct scan_options *opt, const char *target, struct strbuf *scanned,
		  bool *ret_told, struct err *err)
{
	static const struct option_list none;
	struct sign_target_options o = {
		.key = opt->attest,
		.annotations = &none,
		.quiet = opt->quiet,
		.passphrase = PASSPHRASE_GIVEN(*opt, NULL),
		.registry = REGISTRY_OPTIONS_GIVEN(*opt),
	};
	CLEANUP(sign_target_done) struct sign_target t = SIGN_TARGET_INIT;
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	CLEANUP(attesting_done)
	struct attesting a = {.report = STRBUF_INIT(LIMIT_SBOM_BYTES),
			      .predicate = STRBUF_INIT(LIMIT_ATTESTATION_BYTES)};
	int r;

	if ((r = sign_target_open(target, &o, &t, err)) < 0 ||
	    (r = scan_for(opt, target, &a, ret_told, err)) < 0 ||
	    (r = check_kind(a.doc, err)) < 0 || (r = aim(&t, a.doc, &m, err)) < 0 ||
	    (r = write_predicate(&a, err)) < 0)
		return r;
	place_text(t.place.store, t.how.subject.digest, scanned);
	if ((r = strbuf_check(scanned, err)) < 0)
		return r;
	return sign_target_each(&t, &o, attest_one, &a, err);
}

int scan_with_attestation(const struct scan_options *opt, int argc, const char *const *argv)
{
	CLEANUP(strbuf_done) struct strbuf scanned = STRBUF_INIT(LIMIT_FIELD_BYTES);
	struct scan_options plain = *opt;
	const char *target[] = {NULL, NULL};
	bool told = false;
	struct err err = {0};
	int r;

	if (argc != 1)
		r = err_set(&err, ERR_USAGE, "scan: needs one TARGET; see plimsoll scan --help");
	else
		r = attest(opt, argv[0], &scanned, &told, &err);
	if (r < 0)
		return told ? EXIT_ERROR : command_error(&err);
	plain.attest = NULL;
	target[0] = strbuf_cstr(&scanned); /* by its digest: a tag may have moved */
	return scan_command(&plain, "scan", 1, target);
}
