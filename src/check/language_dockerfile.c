/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/path.h"
#include "check/dockerfile_shell.h"
#include "check/image_use.h"
#include "check/shellcheck.h"
#include "check/source_lines.h"
#include "check/suppression.h"
#include "codec/yaml.h"

enum { SCOPE_FILE, SCOPE_STAGE, SCOPE_INSTRUCTION, SCOPE_COMMAND, SCOPE_SHELL, SCOPE_PROBLEM };

static const struct scope scopes[] = {
	[SCOPE_FILE] = {"dockerfile",
			"a Dockerfile as a whole",
			dockerfile_classes,
			{{"file", "Dockerfile", "the file"}}},
	[SCOPE_STAGE] = {"dockerfile.stage",
			 "each stage: a FROM and what is behind it",
			 dockerfile_classes,
			 {{"stage", "Stage", "the stage"}, {"file", "Dockerfile", "its file"}}},
	[SCOPE_INSTRUCTION] = {"dockerfile.instruction",
			       "each instruction, and what an ONBUILD will run",
			       dockerfile_classes,
			       {{"instruction", "Instruction", "the instruction"},
				{"stage", "Stage", "its stage; unset before the first FROM"},
				{"file", "Dockerfile", "its file"}}},
	[SCOPE_COMMAND] = {"dockerfile.command",
			   "each command of each RUN",
			   dockerfile_classes,
			   {{"command", "Command", "the command"},
			    {"instruction", "Instruction", "its RUN"},
			    {"stage", "Stage", "its stage"},
			    {"file", "Dockerfile", "its file"}}},
	[SCOPE_SHELL] = {"dockerfile.shell",
			 "each defect that ShellCheck, or we, see in the shell of a RUN",
			 dockerfile_classes,
			 {{"note", "ShellNote", "the defect"},
			  {"instruction", "Instruction", "its RUN"},
			  {"stage", "Stage", "its stage"},
			  {"file", "Dockerfile", "its file"}}},
	[SCOPE_PROBLEM] = {"dockerfile.problem",
			   "each thing that a build would refuse",
			   dockerfile_classes,
			   {{"problem", "Problem", "what is wrong"},
			    {"file", "Dockerfile", "its file"}}},
};

extern const struct language language_dockerfile;

struct walk {
	const struct source_file *source;
	struct judge *judge;
	struct arena *arena; /* the judge's */
	struct dockerfile_facts facts;
	struct source_lines lines;
	struct suppressions suppressions;
	struct str code; /* of the defect that is judged; or empty */
	struct err *err;
};

/* ---- places ---- */

static int64_t field(const struct object *o, const char *name)
{
	for (size_t i = 0; i < o->class->n_fields; i++)
		if (strcmp(o->class->fields[i].name, name) == 0)
			return o->class->fields[i].get(NULL, o).i;
	return -1;
}

/* Every fact that has start and end; a stage is its FROM. */
static bool place_of(void *context, struct value fact, struct judge_place *ret)
{
	const struct walk *w = context;
	int64_t start, end;

	if (fact.kind != VALUE_OBJECT)
		return false;
	if (strcmp(fact.object->class->name, "Stage") == 0)
		return place_of(context,
				((const struct stage_fact *)(const void *)fact.object)->from, ret);
	start = field(fact.object, "start");
	end = field(fact.object, "end");
	if (start < 0 || end < start)
		return false;
	*ret = source_place(&w->lines, (size_t)start, (size_t)end);
	return true;
}

static struct str line_of(void *context, uint64_t line)
{
	const struct walk *w = context;

	return source_line(&w->lines, line);
}

static struct judge_suppression suppression_of(void *context, const struct rule *rule,
					       const struct judge_place *place)
{
	const struct walk *w = context;

	struct judge_suppression found = suppressions_find(&w->suppressions, rule, place->line,
							   judge_report(w->judge)->time);

	if (found.by.n || !w->code.n)
		return found;
	return suppressions_find_code(&w->suppressions, w->code, place->line,
				      judge_report(w->judge)->time);
}

/* The next instruction behind the comment's line; comments inside one are about that one. */
static int add_suppressions(struct walk *w)
{
	const struct dockerfile *df = w->facts.dockerfile;
	size_t next = 0;
	int r = 0;

	for (size_t i = 0; i < df->n_comments && r == 0; i++) {
		const struct dockerfile_comment *c = &df->comments[i];
		const struct instruction *in;

		while (next < df->n_instructions && df->instructions[next].last_line < c->line)
			next++;
		in = next < df->n_instructions ? &df->instructions[next] : NULL;
		r = suppressions_add(&w->suppressions, c->text, in ? in->line : 0,
				     in ? in->last_line : 0, w->err);
	}
	for (size_t i = 0; i < df->n_directives && r == 0; i++)
		if (str_is(df->directives[i].name, "check"))
			r = suppressions_add_check(&w->suppressions, df->directives[i].value.text,
						   w->err);
	return r;
}

/* ---- judging ---- */

static int judge_at(struct walk *w, unsigned scope, const struct value *facts, struct str name,
		    struct judge_place place)
{
	struct judge_subject subject = {
		.kind = scope == SCOPE_FILE ? SUBJECT_FILE : SUBJECT_INSTRUCTION,
		.name = name,
		.path = w->source->path,
		.place = place,
		.excerpt = source_line(&w->lines, place.line),
	};

	return judge_subject(w->judge, &scopes[scope], facts, &subject, w->err);
}

static struct judge_place place(const struct walk *w, struct value start, struct value end)
{
	return source_place(&w->lines, (size_t)start.i, (size_t)end.i);
}

static struct value stage_of(struct walk *w, const struct instruction_fact *f)
{
	return f->stage.i < 0 ? value_absent() : value_object(&w->facts.stages[f->stage.i].object);
}

/* The end without the end of its line. */
static struct judge_place instruction_place(const struct walk *w, const struct instruction_fact *f)
{
	size_t end = (size_t)f->end.i;

	while (end > (size_t)f->start.i &&
	       (w->lines.text.p[end - 1] == '\n' || w->lines.text.p[end - 1] == '\r'))
		end--;
	return source_place(&w->lines, (size_t)f->keyword_start.i, end);
}

static int judge_instruction(struct walk *w, const struct instruction_fact *f)
{
	struct value file = value_object(&w->facts.file.object), stage = stage_of(w, f);
	const struct value facts[] = {value_object(&f->object), stage, file};
	int r = judge_at(w, SCOPE_INSTRUCTION, facts, value_str(f->keyword),
			 instruction_place(w, f));

	for (uint32_t i = 0; r == 0 && str_is(value_str(f->keyword), "RUN") && i < f->commands.n;
	     i++) {
		const struct command_fact *c = (const void *)f->commands.items[i].object;
		const struct value of_command[] = {f->commands.items[i], facts[0], stage, file};

		r = judge_at(w, SCOPE_COMMAND, of_command, value_str(f->keyword),
			     place(w, c->start, c->end));
	}
	return r;
}

static enum severity severity_of(struct str level)
{
	if (str_is(level, "error"))
		return SEVERITY_HIGH;
	if (str_is(level, "warning"))
		return SEVERITY_MEDIUM;
	return str_is(level, "info") ? SEVERITY_LOW : SEVERITY_NEGLIGIBLE;
}

static int judge_note(struct walk *w, const struct shell_note *n)
{
	struct judge_place at = place(w, n->fact.start, n->fact.end);
	const struct value facts[] = {
		value_object(&n->fact.object), value_object(&n->instruction->object),
		stage_of(w, n->instruction), value_object(&w->facts.file.object)};
	const struct judge_subject subject = {
		.kind = SUBJECT_INSTRUCTION,
		.name = STR("RUN"),
		.path = w->source->path,
		.place = at,
		.excerpt = source_line(&w->lines, at.line),
		.code = value_str(n->fact.code),
		.severity = severity_of(value_str(n->fact.level)),
	};
	int r;

	w->code = subject.code;
	r = judge_subject(w->judge, &scopes[SCOPE_SHELL], facts, &subject, w->err);
	w->code = STR_NULL;
	return r;
}

/* Told once, however many files there are. */
static int tell_not_assessed(struct walk *w, const struct shell_notes *notes)
{
	struct str remedy = notes->too_much ? STR("split the file, or switch shell-lint off")
					    : STR("install ShellCheck, or switch shell-lint off");

	return report_add_coverage_once(judge_report(w->judge), STR("shell of RUN"),
					COVERAGE_NOT_ASSESSED, notes->not_assessed, remedy) < 0
		       ? err_nomem(w->err)
		       : 0;
}

static int judge_shell(struct walk *w)
{
	struct shell_notes notes;
	bool asks;
	int r = judge_asks(w->judge, &scopes[SCOPE_SHELL], &asks, w->err);

	if (r < 0 || !asks || w->facts.n_scripts == 0)
		return r;
	r = dockerfile_shell_notes(&w->facts, !w->source->is_example, w->source->shellcheck,
				   w->arena, &notes, w->err);
	for (size_t i = 0; r == 0 && i < notes.n; i++)
		r = judge_note(w, notes.p[i]);
	if (r == 0 && notes.not_assessed.n && !w->source->is_example)
		r = tell_not_assessed(w, &notes);
	return r;
}

static int tell_more_problems(struct walk *w)
{
	struct err what = {0};

	if (w->facts.dockerfile->more_problems == 0)
		return 0;
	(void)err_set(&what, ERR_LIMIT, "a build would refuse %zu more things in it",
		      w->facts.dockerfile->more_problems);
	return report_add_problem(judge_report(w->judge), w->source->path, STR_NULL,
				  str_of(language_dockerfile.id), &what) < 0
		       ? err_nomem(w->err)
		       : 0;
}

static int judge_problems(struct walk *w)
{
	const struct value list = w->facts.file.problems;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < list.n; i++) {
		const struct problem_fact *p = (const void *)list.items[i].object;
		const struct value facts[] = {list.items[i], value_object(&w->facts.file.object)};

		r = judge_at(w, SCOPE_PROBLEM, facts, value_str(p->keyword),
			     place(w, p->start, p->end));
	}
	return r < 0 ? r : tell_more_problems(w);
}

static int walk(struct walk *w)
{
	const struct value file = value_object(&w->facts.file.object);
	struct judge_place top = source_place(&w->lines, 0, 0);
	int r = judge_at(w, SCOPE_FILE, &file, STR("file"), top);

	for (size_t i = 0; r == 0 && i < w->facts.n_stages; i++) {
		const struct value facts[] = {value_object(&w->facts.stages[i].object), file};

		r = judge_at(w, SCOPE_STAGE, facts, STR("FROM"),
			     instruction_place(w, (const void *)w->facts.stages[i].from.object));
	}
	for (size_t i = 0; r == 0 && i < w->facts.n_instructions; i++)
		r = judge_instruction(w, w->facts.instructions[i]);
	if (r == 0)
		r = judge_shell(w);
	return r < 0 ? r : judge_problems(w);
}

/* Bytes that no text has: a program, an archive, what some editors of Windows write. */
static bool is_binary(struct str bytes, struct err *why)
{
	size_t at = str_find_char(bytes, '\0');

	if (str_has_prefix(bytes, STR("\xff\xfe")) || str_has_prefix(bytes, STR("\xfe\xff")))
		(void)err_set(why, ERR_FORMAT, "UTF-16, which no build reads: save it as UTF-8");
	else if (at < bytes.n)
		(void)err_set(why, ERR_FORMAT, "no text: byte %zu is NUL", at + 1);
	else
		return false;
	return true;
}

static int check(const struct source_file *source, struct judge *judge, struct err *err)
{
	struct walk w = {
		.source = source, .judge = judge, .arena = judge_file_arena(judge), .err = err};
	const struct judge_hooks hooks = {
		.context = &w, .place = place_of, .line = line_of, .suppression = suppression_of};
	struct err why = {0};
	int r;

	if (is_binary(source->bytes, &why))
		return judge_refuse(judge, source->path, language_dockerfile.id, &why, err);
	suppressions_init(&w.suppressions);
	judge_set_hooks(judge, &hooks);
	r = dockerfile_facts_make(source, w.arena, &w.facts, err);
	if (r == 0)
		r = source_lines_make(source->bytes, w.arena, &w.lines, err);
	if (r == 0)
		r = add_suppressions(&w);
	if (r == 0)
		r = suppressions_check(&w.suppressions, judge, source->path, err);
	w.facts.file.time = value_timestamp(judge_report(judge)->time, 0);
	w.facts.file.suppressions = value_int((int64_t)w.suppressions.list.n);
	if (r == 0)
		r = walk(&w);
	if (r == -ERR_NOMEM && w.arena->full)
		r = err_set(err, ERR_LIMIT, "takes more memory than arena_bytes (%d)",
			    (int)LIMIT_ARENA_BYTES);
	judge_set_hooks(judge, &(struct judge_hooks){0});
	suppressions_done(&w.suppressions);
	arena_reset(w.arena);
	return r;
}

/* Scripts of all the files go to few runs of ShellCheck; what fails is asked again by file. */
static void prepare(const struct source_file *const *files, size_t n, struct judge *judge)
{
	struct arena *a = judge_file_arena(judge);
	struct dockerfile_facts *facts = arena_array(a, n, sizeof *facts);
	size_t n_facts = 0;
	struct err err = {0};
	bool asks = false;

	if (!facts || !files[0]->shellcheck || shellcheck_cache_is_absent(files[0]->shellcheck) ||
	    judge_asks(judge, &scopes[SCOPE_SHELL], &asks, &err) < 0 || !asks) {
		arena_reset(a);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (!is_binary(files[i]->bytes, &err) &&
		    dockerfile_facts_make(files[i], a, &facts[n_facts], &err) == 0)
			n_facts++;
	dockerfile_shell_prepare(facts, n_facts, files[0]->shellcheck, a);
	arena_reset(a);
}

/* ---- examples ---- */

/* The files beside an example: names and texts. */
static int read_example(const struct source_file *f, struct str name, struct arena *arena,
			struct str *ret, struct err *err)
{
	const struct yaml_node *file = yaml_find(f->context, name);

	(void)arena; /* the text lives in the pack */
	if (!file)
		return err_set(err, ERR_NOT_FOUND, "%.*s", STR_FMT(name));
	*ret = yaml_str(file);
	return 0;
}

/* Folders are what stands before the slash of a name. */
static int list_example(const struct source_file *f, struct str folder, struct arena *arena,
			struct str_list *ret, struct err *err)
{
	size_t max = yaml_len(f->context), n = 0;
	struct str *p = arena_array(arena, max + 1, sizeof *p);
	const struct yaml_node *key, *file;

	if (!p)
		return err_nomem(err);
	for (size_t i = 0; i < max && yaml_entry(f->context, i, &key, &file); i++) {
		struct str name = yaml_str(key);
		size_t slash;

		if (!str_pull_prefix(&name, folder))
			continue;
		slash = str_find_char(name, '/');
		name = str_sub(name, 0, slash + (slash < name.n));
		if (n == 0 || !str_eq(p[n - 1], name))
			p[n++] = name;
	}
	*ret = (struct str_list){p, n};
	return 0;
}

/* {dockerfile: TEXT, files: {NAME: TEXT}, content_trust: true} */
static int check_example(const struct yaml_node *what, struct judge *j, struct err *err)
{
	const struct source_file f = {
		.path = STR("Dockerfile"),
		.bytes = yaml_get_str(what, "dockerfile"),
		.read_beside = read_example,
		.list_beside = list_example,
		.is_example = true,
		.context = (void *)(uintptr_t)yaml_get(what, "files"),
		.content_trust = str_is(yaml_get_str(what, "content_trust"), "true"),
	};

	if (!f.bytes.p)
		return err_set(err, ERR_FORMAT, "an example of a Dockerfile has a \"dockerfile\"");
	return check(&f, j, err);
}

/* ---- which files ---- */

static bool has_instruction(struct str bytes)
{
	struct str line, word;

	for (int i = 0; i < 200 && str_pull_line(&bytes, &line); i++) {
		line = str_trim(line);
		if (!line.n || line.p[0] == '#')
			continue;
		return str_pull_word(&line, &word) && instruction_find(word) != INSTRUCTION_UNKNOWN;
	}
	return false;
}

/* Endings of files that may be about Dockerfiles: dockerfile.md. What is in them decides. */
static bool is_of_another_kind(struct str name)
{
	static const char *const endings[] = {"c",  "cc",   "cpp", "go",   "h",	 "html", "java",
					      "js", "json", "md",  "py",   "rb", "rs",	 "rst",
					      "sh", "toml", "ts",  "yaml", "yml"};
	struct str before, ending;

	if (!str_rcut(name, '.', &before, &ending))
		return false;
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
		if (str_eq_nocase(ending, str_of(endings[i])))
			return true;
	return false;
}

/* Dockerfile, Dockerfile.dev, web.Dockerfile, Containerfile; else by its first instruction. */
static unsigned score(const struct source_file *f)
{
	struct str name = path_base(f->path), before, after;

	for (int i = 0; i < 2; i++) {
		struct str is = i ? STR("containerfile") : STR("dockerfile");

		if (str_eq_nocase(name, is) ||
		    (str_cut(name, '.', &before, &after) && str_eq_nocase(before, is)) ||
		    (str_rcut(name, '.', &before, &after) && str_eq_nocase(after, is)))
			return is_of_another_kind(name) && !has_instruction(f->bytes) ? 0 : 100;
	}
	return has_instruction(f->bytes) ? 20 : 0;
}

const struct language language_dockerfile = {
	.id = "dockerfile",
	.title = "Dockerfile",
	.example_name = "Dockerfile",
	.scopes = scopes,
	.n_scopes = sizeof scopes / sizeof scopes[0],
	.limit = "dockerfile_bytes",
	.max_bytes = LIMIT_DOCKERFILE_BYTES,
	.score = score,
	.check = check,
	.check_example = check_example,
	.prepare = prepare,
	.images = image_uses_dockerfile,
};
