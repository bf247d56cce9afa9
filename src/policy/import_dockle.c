/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dockle: .dockleignore (a code a line, '#' starts a comment) and its flags.
 *
 *     --exit-code 1 --exit-level fatal -i CIS-DI-0006 --accept-key GPG_KEY
 *
 * Each of its checkpoints but content trust is a rule, asked of the misconfigurations with its
 * code. With an exit code those at or above the exit level (warn) deny, the others warn, as all do
 * without. Levels and codes are those of
 * https://github.com/goodwithtech/dockle/blob/master/CHECKPOINT.md .
 */
#include "base/cleanup.h"
#include "policy/policy_import.h"

enum level { INFO, WARN, FATAL };

/* The rules of plimsoll scan for images carry these codes. */
static const struct checkpoint {
	const char *code;
	enum level level;
	const char *title;
	const char *why; /* it is not carried over; NULL: it is */
} checkpoints[] = {
	{"CIS-DI-0001", WARN, "A user that is not root", NULL},
	{"CIS-DI-0005", INFO, "Content trust",
	 "it asks for a variable of the machine that runs it"},
	{"CIS-DI-0006", INFO, "HEALTHCHECK", NULL},
	{"CIS-DI-0007", FATAL, "No update of package lists alone", NULL},
	{"CIS-DI-0008", INFO, "setuid files", NULL},
	{"CIS-DI-0009", FATAL, "COPY rather than ADD", NULL},
	{"CIS-DI-0010", FATAL, "No secrets", NULL},
	{"DKL-DI-0001", FATAL, "No sudo", NULL},
	{"DKL-DI-0002", FATAL, "No sensitive directory as a volume", NULL},
	{"DKL-DI-0003", FATAL, "No upgrade of the whole", NULL},
	{"DKL-DI-0004", FATAL, "apk add --no-cache", NULL},
	{"DKL-DI-0005", FATAL, "Clean up behind apt-get install", NULL},
	{"DKL-DI-0006", WARN, "No tag latest", NULL},
	{"DKL-LI-0001", FATAL, "No empty password", NULL},
	{"DKL-LI-0002", FATAL, "Unique users and groups", NULL},
	{"DKL-LI-0003", INFO, "Only files that are needed", NULL},
};

/* What is ignored, as settings until the rules are made: "CODE". */
static const struct checkpoint *find(struct str code)
{
	for (size_t i = 0; i < ARRAY_LEN(checkpoints); i++)
		if (str_is(code, checkpoints[i].code))
			return &checkpoints[i];
	return NULL;
}

/* Kept among the settings until the end: they are ours alone. */
static void ignore(struct policy_draft *d, struct str file, size_t line, struct str code)
{
	if (find(code))
		policy_draft_set(d, "%.*s", STR_FMT(code));
	else
		policy_draft_leave(d, file, line, policy_draft_text(d, "%.*s", STR_FMT(code)).p,
				   "it is no code of a checkpoint");
}

static int read(struct policy_draft *d, struct str name, struct str bytes, struct err *err)
{
	struct str own = arena_str(&d->arena, name), line, code;

	if (!str_is_utf8(bytes))
		return err_set(err, ERR_FORMAT, "%.*s: not UTF-8", STR_FMT(name));
	for (size_t n = 1; str_pull_line(&bytes, &line); n++) {
		line = str_sub(line, 0, str_find_char(line, '#'));
		while (str_pull_word(&line, &code))
			ignore(d, own, n, code);
	}
	return 0;
}

/* ---- flags ---- */

struct flags {
	struct policy_draft *d;
	bool fails;
	enum level level;
};

static void take_ignores(struct flags *f, struct str value)
{
	struct str code;

	while (str_pull_until(&value, ',', &code))
		if (str_trim(code).n)
			ignore(f->d, STR("flags"), 0, str_trim(code));
}

static void take_level(struct flags *f, struct str value)
{
	f->level = str_eq_nocase(value, STR("info"))	? INFO
		   : str_eq_nocase(value, STR("fatal")) ? FATAL
							: WARN;
}

static bool is_one(struct str name, const char *a, const char *b)
{
	return str_is(name, a) || str_is(name, b);
}

/* The value may stand behind a '=' or be the next word. */
static void take_flag(struct flags *f, struct str name, struct str *rest)
{
	struct str value = STR_NULL;

	if (!str_cut(name, '=', &name, &value))
		(void)str_pull_word(rest, &value); /* empty at the end */
	if (is_one(name, "--ignore", "-i"))
		take_ignores(f, value);
	else if (is_one(name, "--exit-code", "-c"))
		f->fails = !str_is(value, "0");
	else if (is_one(name, "--exit-level", "-l"))
		take_level(f, value);
	else
		policy_draft_leave(f->d, STR("flags"), 0,
				   policy_draft_text(f->d, "%.*s", STR_FMT(name)).p,
				   "there is no equivalent");
}

static bool is_ignored(const struct policy_draft *d, const char *code)
{
	for (size_t i = 0; i < d->settings.n; i++)
		if (str_is(*(const struct str *)vec_at(&d->settings, i), code))
			return true;
	return false;
}

static void add_rules(struct flags *f)
{
	struct policy_draft *d = f->d;

	for (size_t i = 0; i < ARRAY_LEN(checkpoints); i++) {
		const struct checkpoint *c = &checkpoints[i];
		struct draft_rule *rule;

		if (is_ignored(d, c->code))
			continue;
		if (c->why) {
			policy_draft_leave(d, STR("dockle"), 0, c->code, c->why);
			continue;
		}
		rule = policy_draft_add_rule(d, c->code, "misconfiguration",
					     f->fails && c->level >= f->level ? "deny" : "warn");
		rule->title = str_of(c->title);
		rule->condition =
			policy_draft_text(d, "misconfiguration.is_called(\"%s\")", c->code);
		rule->message = STR("{misconfiguration.title}");
	}
}

static int read_flags(struct policy_draft *d, struct str text, struct err *err)
{
	struct flags f = {.d = d, .level = WARN};
	struct str word;

	(void)err; /* what is not understood is listed */
	while (str_pull_word(&text, &word))
		if (word.p[0] == '-')
			take_flag(&f, word, &text);
	add_rules(&f);
	return 0;
}

/* Without flags nothing fails. */
static void end(struct policy_draft *d)
{
	if (d->rules.n == 0) {
		(void)read_flags(d, STR_NULL, NULL); /* cannot fail */
		policy_draft_leave(d, STR("dockle"), 0, "--exit-code",
				   "without it all rules warn; give the flags with --flags");
	}
	vec_cut(&d->settings, 0);
}

static bool knows(struct str name, struct str bytes)
{
	(void)bytes; /* the name is fixed */
	return str_find(name, STR("dockle")) < name.n;
}

const struct policy_source policy_source_dockle = {
	.id = "dockle",
	.files = ".dockleignore",
	.knows = knows,
	.read = read,
	.read_flags = read_flags,
	.end = end,
};
