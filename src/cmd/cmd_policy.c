/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "policy/policy.h"
#include "policy/policy_import.h"
#include "policy/policy_test.h"

static struct {
	bool source;
	const char *from, *flags;
} opt;

/* ---- list ---- */

static int list(struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	struct str name, bytes;

	for (size_t i = 0; policy_shipped(i, &name, &bytes); i++) {
		CLEANUP(policy_freep) struct policy *p = NULL;

		if (policy_parse(bytes, name, &p, err) < 0)
			return command_error(err);
		strbuf_addf(&sb, "%-16.*s %3zu rules, unknown: %-5s  %.*s\n", STR_FMT(name),
			    p->rules.n, verdict_decision_name(p->unknown), STR_FMT(p->title));
	}
	return command_print(strbuf_str(&sb));
}

/* ---- show ---- */

static void add_line(struct strbuf *sb, const char *name, struct str text)
{
	struct str line;

	for (bool first = true; str_pull_line(&text, &line); first = false)
		strbuf_addf(sb, "    %-10s %.*s\n", first ? name : "", STR_FMT(str_trim(line)));
}

static void add_rule(struct strbuf *sb, const struct policy_rule *rule)
{
	strbuf_addf(sb, "\n%.*s%s%.*s\n", STR_FMT(rule->id), rule->title.n ? ": " : "",
		    STR_FMT(rule->title));
	if (rule->each->class)
		add_line(sb, "each", str_of(rule->each->name));
	add_line(sb, "match", rule->match.text);
	add_line(sb, policy_kind_name(rule->kind), rule->condition.text);
	add_line(sb, "message", rule->message.text);
	add_line(sb, "unknown", str_of(verdict_decision_name(rule->unknown)));
	for (size_t i = 0; i < rule->n_exceptions; i++) {
		const struct policy_exception *x = &rule->exceptions[i];

		strbuf_addf(sb, "    %-10s %.*s\n", "except", STR_FMT(x->match.text));
		strbuf_addf(sb, "    %-10s until %.*s, %.*s: %.*s\n", "", STR_FMT(x->until.text),
			    STR_FMT(x->owner), STR_FMT(x->reason));
	}
}

static int show(const char *name, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	CLEANUP(policy_freep) struct policy *p = NULL;

	if (policy_find(name, &p, err) < 0)
		return command_error(err);
	if (opt.source)
		return command_print(p->text);
	strbuf_addf(&sb, "%.*s%s%.*s\n", STR_FMT(p->name), p->title.n ? ": " : "",
		    STR_FMT(p->title));
	for (size_t i = 0; i < p->rules.n; i++)
		add_rule(&sb, vec_at(&p->rules, i));
	return command_print(strbuf_str(&sb));
}

/* ---- facts ---- */

static int show_facts(void)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	const char *class = "";

	strbuf_adds(&sb, "each:\n");
	for (const struct each *e = eaches; e->name; e++)
		strbuf_addf(&sb, "  %-18s %-22s %s%s%s%s\n", e->name,
			    e->class ? e->class->name : "", e->help, e->class ? ", as \"" : "",
			    e->class ? e->variable : "", e->class ? "\"" : "");
	strbuf_adds(&sb, "\nvariables:\n");
	for (const struct facts_variable *v = facts_variables; v->name; v++)
		strbuf_addf(&sb, "  %-18s %-22s %s\n", v->name, v->type, v->help);
	strbuf_addf(&sb, "  %-18s %-22s %s\n", "params", "map", "the policy's parameters");
	strbuf_addf(&sb, "  %-18s %-22s %s\n", "HIGH, ...", "int",
		    "UNKNOWN < NEGLIGIBLE < LOW < MEDIUM < HIGH < CRITICAL");
	strbuf_adds(&sb, "\nfunctions:\n");
	for (const struct function_row *f = facts_functions; f->name; f++)
		strbuf_addf(&sb, "  %-18s %s\n", f->name, f->signature);
	for (const struct facts_field *f = facts_manual; f->class; f++) {
		if (strcmp(f->class, class) != 0)
			strbuf_addf(&sb, "\n%s:\n", f->class);
		class = f->class;
		strbuf_addf(&sb, "  %-18s %-22s %s\n", f->name, f->type, f->help);
	}
	return command_print(strbuf_str(&sb));
}

/* ---- test ---- */

static void add_ids(struct strbuf *sb, const struct policy_test *t, bool spoke)
{
	bool any = false;

	for (size_t i = 0; i < t->n_rules; i++) {
		const struct policy_test_rule *rule = &t->rules[i];

		if (spoke ? rule->n_spoke : rule->n_silent)
			continue;
		strbuf_addf(sb, "%s%.*s",
			    any	    ? ", "
			    : spoke ? "  never spoke: "
				    : "  never passed: ",
			    STR_FMT(rule->id));
		any = true;
	}
	strbuf_adds(sb, any ? "\n" : "");
}

static int test_file(const char *path, struct strbuf *sb, size_t *ret_failed, struct err *err)
{
	CLEANUP(policy_test_done) struct policy_test t = {0};
	int r = policy_test_run(path, &t, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < t.failures.n; i++)
		strbuf_addf(sb, "FAILED %.*s\n", STR_FMT(*(struct str *)vec_at(&t.failures, i)));
	strbuf_addf(sb, "%s: %zu of %zu cases passed\n", path, t.n_passed, t.n_cases);
	add_ids(sb, &t, true);
	add_ids(sb, &t, false);
	*ret_failed += t.n_cases - t.n_passed;
	return 0;
}

static int is_yaml(const struct dirent *e)
{
	struct str name = str_of(e->d_name);

	return e->d_name[0] != '.' &&
	       (str_has_suffix(name, STR(".yaml")) || str_has_suffix(name, STR(".yml")));
}

/* 1: it was one; 0: a policy or something else. */
static int test_if(const char *path, struct strbuf *sb, size_t *ret_failed, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_POLICY_BYTES);
	int r = file_read(path, &bytes, err);

	if (r < 0 || !policy_test_is(strbuf_str(&bytes)))
		return r;
	r = test_file(path, sb, ret_failed, err);
	return r < 0 ? r : 1;
}

static int test_folder(const char *path, struct strbuf *sb, size_t *ret_failed, struct err *err)
{
	struct dirent **list;
	int n = scandir(path, &list, is_yaml, alphasort), r = 0, n_tests = 0;

	if (n < 0)
		return err_errno(err, errno, "%s", path);
	for (int i = 0; i < n; i++) {
		CLEANUP(strbuf_done) struct strbuf file = STRBUF_INIT(LIMIT_PATH_BYTES);

		strbuf_addf(&file, "%s/%s", path, list[i]->d_name);
		if (r >= 0)
			r = test_if(strbuf_cstr(&file), sb, ret_failed, err);
		n_tests += r > 0;
		free(list[i]);
	}
	free(list);
	if (r >= 0 && n_tests == 0)
		r = err_set(err, ERR_NOT_FOUND, "%s: no YAML file with cases in it", path);
	return r;
}

static int test(const char *path, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	struct stat st;
	bool is_folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	size_t failed = 0;
	int r = is_folder ? test_folder(path, &sb, &failed, err)
			  : test_file(path, &sb, &failed, err);
	int status = command_print(strbuf_str(&sb));

	if (r < 0)
		return command_error(err);
	return failed && status == EXIT_DONE ? EXIT_FINDINGS : status;
}

/* ---- import ---- */

static int choose(const struct policy_source **s, const char *path, struct str bytes,
		  struct err *err)
{
	const struct policy_source *of = opt.from ? policy_source_find(str_of(opt.from))
						  : policy_source_of(str_of(path), bytes);

	if (!of && opt.from)
		return err_set(err, ERR_USAGE,
			       "policy import: --from takes anchore, dockle, grype, hadolint or "
			       "trivy, not \"%s\"",
			       opt.from);
	if (!of)
		return err_set(err, ERR_USAGE,
			       "%s: of no tool that is known by its name or content; say --from",
			       path);
	if (*s && *s != of)
		return err_set(err, ERR_USAGE,
			       "%s is %s's, those before are %s's: import them "
			       "one after the other",
			       path, of->id, (*s)->id);
	*s = of;
	return 0;
}

static int import_file(const struct policy_source **s, struct policy_draft *d, const char *path,
		       struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_POLICY_BYTES);
	int r = file_read(path, &bytes, err);

	if (r == 0)
		r = choose(s, path, strbuf_str(&bytes), err);
	return r == 0 ? (*s)->read(d, str_of(path), strbuf_str(&bytes), err) : r;
}

static int import_flags(const struct policy_source **s, struct policy_draft *d, struct err *err)
{
	if (!opt.flags)
		return 0;
	if (!*s && opt.from)
		*s = policy_source_find(str_of(opt.from));
	if (!*s || !(*s)->read_flags)
		return err_set(err, ERR_USAGE, "policy import: --flags are Dockle's");
	return (*s)->read_flags(d, str_of(opt.flags), err);
}

/* What is made must be a policy; were it none, that would be our mistake. */
static int check_draft(const struct policy_draft *d, struct str text, struct err *err)
{
	CLEANUP(policy_freep) struct policy *p = NULL;
	int r = d->rules.n ? policy_parse(text, STR("the policy made of it"), &p, err) : 0;

	return r == -ERR_FORMAT ? err_wrap(err, r, "policy import") : r;
}

static void tell_left(const struct policy_draft *d)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);

	if (d->left.n == 0)
		return;
	strbuf_addf(&sb,
		    "plimsoll: %zu setting%s not carried over; the comments say which and why\n",
		    d->left.n, d->left.n == 1 ? " is" : "s are");
	(void)fd_write_all(STDERR_FILENO, strbuf_str(&sb), NULL); /* nowhere else to tell */
}

static int import_all(struct policy_draft *d, int argc, const char *const *argv, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	const struct policy_source *s = NULL;
	int r = 0;

	for (int i = 0; i < argc && r == 0; i++)
		r = import_file(&s, d, argv[i], err);
	if (r == 0)
		r = import_flags(&s, d, err);
	if (r == 0 && !s)
		r = err_set(err, ERR_USAGE,
			    "policy import: needs a FILE, or --from dockle --flags");
	if (r == 0) {
		d->name = str_of(s->id);
		r = policy_import_end(s, d, err);
	}
	if (r == 0)
		r = policy_draft_write(d, &sb, err);
	if (r == 0)
		r = check_draft(d, strbuf_str(&sb), err);
	if (r < 0)
		return command_error(err);
	tell_left(d);
	return command_print(strbuf_str(&sb));
}

static int import(int argc, const char *const *argv, struct err *err)
{
	CLEANUP(policy_draft_done) struct policy_draft d;

	policy_draft_init(&d, STR("imported"));
	return import_all(&d, argc, argv, err);
}

/* ---- the command ---- */

static int run(int argc, const char *const *argv)
{
	struct str what = str_of(argc > 0 ? argv[0] : "");
	struct err err = {0};

	if (str_is(what, "list") && argc == 1)
		return list(&err);
	if (str_is(what, "show") && argc == 2)
		return show(argv[1], &err);
	if (str_is(what, "facts") && argc == 1)
		return show_facts();
	if (str_is(what, "test") && argc == 2)
		return test(argv[1], &err);
	if (str_is(what, "import"))
		return import(argc - 1, argv + 1, &err);
	err_set(&err, ERR_USAGE,
		"policy: list, show POLICY, facts, test DIR or import FILE...; see plimsoll policy "
		"--help");
	return command_error(&err);
}

static const struct option_spec options[] = {
	OPTION_FLAG("source", 0, &opt.source, "show the YAML itself, to start one's own from"),
	OPTION_WORDS("from", 0, &opt.from, "TOOL", "whose files they are, if not told by the name",
		     "anchore dockle grype hadolint trivy"),
	OPTION_STR("flags", 0, &opt.flags, "TEXT", "the flags with which Dockle is called"),
	OPTION_END,
};

const struct command command_policy = {
	.name = "policy",
	.arguments = "list|show POLICY|facts|test DIR|import FILE...",
	.summary = "list, show, test and import policies",
	.details =
		"POLICY is a file, or the name of one that ships with the program. facts says what "
		"the rules of a policy can ask.\n"
		"test runs the tests in a folder (or one file): example reports and the verdict "
		"that each must get; it names the rules that no example made speak. The exit "
		"status is 1 when a case fails.\n"
		"import prints a policy made of the settings of Trivy (trivy.yaml, .trivyignore), "
		"Grype (.grype.yaml), Dockle (.dockleignore, --flags) or Anchore (a policy "
		"bundle), "
		"and settings for .plimsoll.yaml made of those of hadolint. What has no plain "
		"equivalent is listed in comments.\n"
		"  plimsoll policy show --source baseline > team.yaml\n"
		"  plimsoll policy test policies/tests\n"
		"  plimsoll policy import trivy.yaml .trivyignore > team.yaml\n"
		"  plimsoll policy import --from dockle --flags '--exit-code 1 -i CIS-DI-0006'",
	.options = options,
	.run = run,
};
