/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/path.h"
#include "check/dockerfile_facts.h"
#include "check/source_lines.h"
#include "check/suppression.h"

enum { SCOPE_FILE, SCOPE_STAGE, SCOPE_INSTRUCTION, SCOPE_COMMAND, SCOPE_PROBLEM };

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
	[SCOPE_PROBLEM] = {"dockerfile.problem",
			   "each thing that a build would refuse",
			   dockerfile_classes,
			   {{"problem", "Problem", "what is wrong"},
			    {"file", "Dockerfile", "its file"}}},
};

struct walk {
	const struct source_file *source;
	struct judge *judge;
	struct arena arena;
	struct dockerfile_facts facts;
	struct source_lines lines;
	struct suppressions suppressions;
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

static struct judge_suppression suppression_of(void *context, const struct rule *rule,
					       const struct judge_place *place)
{
	const struct walk *w = context;

	return suppressions_find(&w->suppressions, rule, place->line, judge_report(w->judge)->time);
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
	return r;
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
	return r < 0 ? r : judge_problems(w);
}

static int check(const struct source_file *source, struct judge *judge, struct err *err)
{
	struct walk w = {.source = source, .judge = judge, .err = err};
	const struct judge_hooks hooks = {&w, place_of, suppression_of};
	int r;

	arena_init(&w.arena, LIMIT_ARENA_BYTES);
	suppressions_init(&w.suppressions);
	judge_set_hooks(judge, &hooks);
	r = dockerfile_facts_make(source, &w.arena, &w.facts, err);
	if (r == 0)
		r = source_lines_make(source->bytes, &w.arena, &w.lines, err);
	if (r == 0)
		r = add_suppressions(&w);
	w.facts.file.suppressions = value_int((int64_t)w.suppressions.list.n);
	if (r == 0)
		r = walk(&w);
	judge_set_hooks(judge, &(struct judge_hooks){0});
	suppressions_done(&w.suppressions);
	arena_done(&w.arena);
	return r;
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

/* Dockerfile, Dockerfile.dev, web.Dockerfile, Containerfile; else by its first instruction. */
static unsigned score(const struct source_file *f)
{
	struct str name = path_base(f->path), before, after;

	for (int i = 0; i < 2; i++) {
		struct str is = i ? STR("containerfile") : STR("dockerfile");

		if (str_eq_nocase(name, is) ||
		    (str_cut(name, '.', &before, &after) && str_eq_nocase(before, is)) ||
		    (str_rcut(name, '.', &before, &after) && str_eq_nocase(after, is)))
			return 100;
	}
	return has_instruction(f->bytes) ? 20 : 0;
}

const struct language language_dockerfile = {
	.id = "dockerfile",
	.title = "Dockerfile",
	.example_name = "Dockerfile",
	.scopes = scopes,
	.n_scopes = sizeof scopes / sizeof scopes[0],
	.score = score,
	.check = check,
};
