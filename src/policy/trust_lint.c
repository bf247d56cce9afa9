/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/trust_lint.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "check/language.h"

#define COVERAGE_NAME "signatures of images"

struct use {
	struct trust_lint *lint;
	const struct source_file *file;
	const struct image_use *image;
	struct err *err;
};

static struct str keep(const struct use *u, struct str s)
{
	return arena_str(&u->lint->report->arena, s);
}

static int tell(const struct use *u, const char *rule, enum severity severity, struct str title,
		struct str remedy)
{
	struct arena *a = &u->lint->report->arena;
	struct finding_location *location = arena_alloc(a, sizeof *location);
	struct str *evidence = arena_alloc(a, sizeof *evidence);
	struct finding f = {.kind = FINDING_TRUST,
			    .severity = severity,
			    .severity_source = STR("rule"),
			    .rule = str_of(rule),
			    .status = STATUS_AFFECTED,
			    .risk = -1,
			    .confidence = 1};

	if (!location || !evidence)
		return err_nomem(u->err);
	*location =
		(struct finding_location){.path = keep(u, u->file->path), .line = u->image->line};
	*evidence = arena_strf(a, "policy=%.*s", STR_FMT(u->lint->policy->file));
	f.locations = location;
	f.n_locations = 1;
	f.evidence = (struct str_list){evidence, 1};
	f.title = keep(u, title);
	f.fix_action = keep(u, remedy);
	f.subject.kind = SUBJECT_IMAGE;
	f.subject.name = keep(u, u->image->text);
	f.subject.path = location->path;
	return arena_check(a, u->err) < 0 ? -ERR_NOMEM
					  : report_add_finding(u->lint->report, &f, u->err);
}

static void leave(const struct use *u, struct str why)
{
	if (u->lint->n_unknown++ == 0)
		u->lint->why_unknown = keep(u, why);
}

static int tell_refused(const struct use *u, const struct trust_rule *rule,
			const struct trust_exception *expired)
{
	CLEANUP(strbuf_done) struct strbuf title = STRBUF_INIT(LIMIT_FIELD_BYTES);
	CLEANUP(strbuf_done) struct strbuf remedy = STRBUF_INIT(LIMIT_FIELD_BYTES);

	strbuf_addf(&title, "%.*s: the image %.*s is not allowed", STR_FMT(u->image->where),
		    STR_FMT(u->image->text));
	if (expired)
		strbuf_addf(&title, ": the exception for it ended, %.*s",
			    STR_FMT(expired->until.text));
	else if (rule)
		strbuf_addf(&title, ": the policy refuses %.*s", STR_FMT(rule->match));
	else
		strbuf_adds(&title, ": no pattern of the policy fits it");
	if (rule)
		strbuf_add(&remedy, rule->reason);
	else
		strbuf_adds(&remedy, "use an image that the policy allows, or add this one to it");
	return tell(u, "image-not-allowed", SEVERITY_HIGH, strbuf_str(&title), strbuf_str(&remedy));
}

static int tell_tag(const struct use *u)
{
	CLEANUP(strbuf_done) struct strbuf title = STRBUF_INIT(LIMIT_FIELD_BYTES);

	strbuf_addf(&title, "%.*s: the image %.*s is not named by its digest",
		    STR_FMT(u->image->where), STR_FMT(u->image->text));
	return tell(u, "image-by-tag", SEVERITY_MEDIUM, strbuf_str(&title),
		    STR("pin it: plimsoll pin"));
}

static int look_at_signatures(const struct use *u, const struct reference *ref)
{
	CLEANUP(strbuf_done) struct strbuf title = STRBUF_INIT(LIMIT_FIELD_BYTES);
	struct str remedy = STR_NULL;
	struct err why = {0};
	int r;

	if (!u->lint->verify) {
		leave(u, STR("not asked for; --verify-images asks their registries"));
		return 0;
	}
	r = u->lint->verify(u->lint->context, ref, &remedy, &why);
	if (r >= 0)
		return 0;
	if (r != -ERR_DENIED) {
		leave(u, str_of(why.msg));
		return 0;
	}
	strbuf_addf(&title, "%.*s: the image %.*s is not trusted: %s", STR_FMT(u->image->where),
		    STR_FMT(u->image->text), why.msg);
	return tell(u, "image-not-trusted", SEVERITY_HIGH, strbuf_str(&title), remedy);
}

static int judge(const struct use *u, const struct reference *ref)
{
	const struct trust_policy *p = u->lint->policy;
	const struct trust_rule *rule = trust_policy_rule(p, ref);
	const struct trust_exception *expired = NULL;
	struct digest_value digest;

	if (ref->digest.n && digest_parse(ref->digest, &digest, NULL) == 0 &&
	    trust_policy_exception(p, &digest, u->lint->now, &expired))
		return 0;
	if (!rule || rule->answer == TRUST_REFUSED)
		return tell_refused(u, rule, expired);
	if (rule->by_digest && ref->digest.n == 0)
		return tell_tag(u);
	if (rule->answer == TRUST_ALLOWED && rule->n_attestations == 0)
		return 0;
	return look_at_signatures(u, ref);
}

static int take_use(struct use *u, struct arena *a)
{
	struct reference ref;
	struct err why = {0};

	u->lint->n_images++;
	if (u->image->unknown) {
		leave(u, STR("only a build knows which image a variable names"));
		return 0;
	}
	if (reference_parse(u->image->text, a, &ref, &why) < 0) {
		leave(u, str_of(why.msg));
		return 0;
	}
	return judge(u, &ref);
}

int trust_lint_file(struct trust_lint *lint, const struct source_file *f, struct err *err)
{
	struct image_uses uses = {0};
	struct arena arena;
	struct err why = {0};
	int r;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	r = image_uses_find(f, &arena, &uses, &why);
	if (r == -ERR_NOMEM)
		err_nomem(err);
	else
		r = 0; /* lint tells what it cannot read */
	for (size_t i = 0; r == 0 && i < uses.n; i++) {
		struct use u = {.lint = lint, .file = f, .image = &uses.p[i], .err = err};

		r = take_use(&u, &arena);
	}
	arena_done(&arena);
	return r;
}

int trust_lint_finish(struct trust_lint *lint, struct err *err)
{
	enum coverage_state state = lint->n_unknown == 0	       ? COVERAGE_ASSESSED
				    : lint->n_unknown < lint->n_images ? COVERAGE_PARTIAL
								       : COVERAGE_NOT_ASSESSED;

	if (report_add_coverage(lint->report, STR(COVERAGE_NAME), state, lint->why_unknown,
				STR_NULL, 0) < 0)
		return err_nomem(err);
	return 0;
}
