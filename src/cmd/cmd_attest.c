/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "cmd/sign_target.h"
#include "codec/json_writer.h"
#include "trust/predicate.h"

static struct {
	const char *type, *predicate;
	SIGN_TARGET_OPTION_MEMBERS;
} opt;

/* What is attested. */
struct attested {
	struct str type; /* URI */
	struct strbuf predicate;
};

static void attested_done(struct attested *a)
{
	strbuf_done(&a->predicate);
}

static int find_type(const struct predicate_kind **ret_kind, struct str *ret_type, struct err *err)
{
	struct str type = str_of(opt.type ? opt.type : "custom");

	*ret_kind = predicate_find(type);
	*ret_type = *ret_kind ? str_of((*ret_kind)->type) : type;
	/* A URI: whatever it means, somebody knows. */
	if (!*ret_kind && str_find(type, STR("://")) == type.n)
		return err_set(err, ERR_USAGE,
			       "--type %.100s: say slsaprovenance, slsaprovenance1, spdx, "
			       "cyclonedx, vuln, openvex, vsa, link, custom, or a URI",
			       opt.type);
	if (!*ret_kind)
		*ret_kind = predicate_of_type(*ret_type);
	return 0;
}

/* cosign's own kind holds any bytes as a text. */
static int wrap_custom(struct str bytes, int64_t now, struct strbuf *out, struct err *err)
{
	char text[CLOCK_TEXT_MAX] = "";
	struct json_writer w;

	if (!str_is_utf8(bytes))
		return err_set(err, ERR_FORMAT, "the predicate is no UTF-8 text");
	(void)clock_format(now, text); /* of the present */
	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	json_put_str(&w, "Data", bytes);
	json_put_text(&w, "Timestamp", text);
	json_close_map(&w);
	return strbuf_check(out, err);
}

static int take_predicate(struct attested *a, int64_t now, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(json_freep) struct json *doc = NULL;
	const struct predicate_kind *kind;
	int r = find_type(&kind, &a->type, err);

	if (r == 0 && !opt.predicate)
		r = err_set(err, ERR_USAGE, "attest: needs --predicate FILE");
	if (r == 0)
		r = file_read(opt.predicate, &bytes, err);
	if (r < 0)
		return r;
	if (kind && str_is(a->type, PREDICATE_CUSTOM))
		return wrap_custom(strbuf_str(&bytes), now, &a->predicate, err);
	r = json_parse(strbuf_str(&bytes), &doc, err);
	if (r == 0 && json_kind_of(doc) != JSON_KIND_MAP)
		r = err_set(err, ERR_FORMAT, "it is no JSON object");
	if (r == 0 && kind)
		r = kind->check(doc, err);
	strbuf_add(&a->predicate, strbuf_str(&bytes));
	return r < 0 ? err_wrap(err, r, "%s", opt.predicate) : strbuf_check(&a->predicate, err);
}

static int attest_one(void *ctx, const struct cosign_signing *how, unsigned forms,
		      struct cosign_made *ret, struct err *err)
{
	const struct attested *a = ctx;
	CLEANUP(strbuf_done) struct strbuf statement = STRBUF_INIT(LIMIT_ATTESTATION_BYTES);
	int r = cosign_statement_write(how, a->type, strbuf_str(&a->predicate), false, &statement,
				       err);

	return r < 0 ? r : cosign_attest(how, forms, strbuf_str(&statement), a->type, ret, err);
}

static int run(int argc, const char *const *argv)
{
	CLEANUP(sign_target_done) struct sign_target t = SIGN_TARGET_INIT;
	CLEANUP(attested_done)
	struct attested a = {.predicate = STRBUF_INIT(2 * (size_t)LIMIT_JSON_BYTES)};
	struct sign_target_options o = SIGN_TARGET_GIVEN(opt);
	struct err err = {0};
	int r;

	if (argc != 1)
		r = err_set(&err, ERR_USAGE,
			    "attest: needs one TARGET; see plimsoll attest --help");
	else
		r = sign_target_open(argv[0], &o, &t, &err);
	if (r == 0 && (t.forms & SIGN_FORM_NOTATION))
		r = err_set(&err, ERR_USAGE, "--format notation: it has no attestations");
	if (r == 0)
		r = take_predicate(&a, t.how.now, &err);
	if (r == 0)
		r = sign_target_each(&t, &o, attest_one, &a, &err);
	return r < 0 ? command_error(&err) : sign_target_print(&t);
}

static const struct option_spec options[] = {
	OPTION_WORDS("type", 't', &opt.type, "TYPE",
		     "what the predicate is: slsaprovenance, slsaprovenance1, spdx, cyclonedx, "
		     "vuln, openvex, vsa, link, custom (any text), or a URI",
		     "slsaprovenance slsaprovenance1 spdx cyclonedx vuln openvex vsa link custom"),
	OPTION_STR("predicate", 'p', &opt.predicate, "FILE", "what is attested, in JSON"),
	SIGN_TARGET_OPTIONS(opt),
	OPTION_WORDS("format", 'f', &opt.forms, "FORMAT",
		     "cosign: at the tag .att, as cosign writes it up to version 2; bundle: as it "
		     "does since 3; both, unless one is named",
		     "cosign bundle cosign,bundle"),
	OPTION_END,
};

const struct command command_attest = {
	.name = "attest",
	.arguments = "TARGET",
	.group = COMMAND_IMAGE,
	.summary = "sign a statement about an image: provenance, SBOM, scan result",
	.details =
		"Resolves the tag once, and signs an in-toto statement that the predicate is about "
		"that digest. It is looked at whether the predicate is what its type says. What is "
		"written is what cosign verify-attestation --key reads.\n"
		" plimsoll attest -t spdx -p app.spdx.json -k release.key "
		"example.com/app:1",
	.options = options,
	.run = run,
};
