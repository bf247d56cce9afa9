/* SPDX-License-Identifier: Apache-2.0 */
#include "check/dockerfile_facts.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "check/dockerfile_context.h"
#include "check/image_release.h"
#include "check/licence_expression.h"
#include "image/reference.h"

/* ---- classes ---- */

#define GET_image_fact(name, type, help)       FACT_GETTER(image_fact, name)
#define ROW_image_fact(name, type, help)       FACT_ROW(image_fact, name, type)
#define GET_pair_fact(name, type, help)	       FACT_GETTER(pair_fact, name)
#define ROW_pair_fact(name, type, help)	       FACT_ROW(pair_fact, name, type)
#define GET_mount_fact(name, type, help)       FACT_GETTER(mount_fact, name)
#define ROW_mount_fact(name, type, help)       FACT_ROW(mount_fact, name, type)
#define GET_heredoc_fact(name, type, help)     FACT_GETTER(heredoc_fact, name)
#define ROW_heredoc_fact(name, type, help)     FACT_ROW(heredoc_fact, name, type)
#define GET_instruction_fact(name, type, help) FACT_GETTER(instruction_fact, name)
#define ROW_instruction_fact(name, type, help) FACT_ROW(instruction_fact, name, type)
#define GET_stage_fact(name, type, help)       FACT_GETTER(stage_fact, name)
#define ROW_stage_fact(name, type, help)       FACT_ROW(stage_fact, name, type)
#define GET_problem_fact(name, type, help)     FACT_GETTER(problem_fact, name)
#define ROW_problem_fact(name, type, help)     FACT_ROW(problem_fact, name, type)
#define GET_comment_fact(name, type, help)     FACT_GETTER(comment_fact, name)
#define ROW_comment_fact(name, type, help)     FACT_ROW(comment_fact, name, type)
#define GET_file_fact(name, type, help)	       FACT_GETTER(file_fact, name)
#define ROW_file_fact(name, type, help)	       FACT_ROW(file_fact, name, type)
#define GET_shell_note_fact(name, type, help)  FACT_GETTER(shell_note_fact, name)
#define ROW_shell_note_fact(name, type, help)  FACT_ROW(shell_note_fact, name, type)

#define SCRIPT_NAMES_MAX		       512 /* variables that ShellCheck is told of */

FACT_CLASS(image_fact, image_class, "Image", IMAGE_FIELDS)
FACT_CLASS(pair_fact, pair_class, "Pair", PAIR_FIELDS)
FACT_CLASS(mount_fact, mount_class, "Mount", MOUNT_FIELDS)
FACT_CLASS(heredoc_fact, heredoc_class, "Heredoc", HEREDOC_FIELDS)
FACT_CLASS(instruction_fact, instruction_class, "Instruction", INSTRUCTION_FIELDS)
FACT_CLASS(stage_fact, stage_class, "Stage", STAGE_FIELDS)
FACT_CLASS(problem_fact, problem_class, "Problem", PROBLEM_FIELDS)
FACT_CLASS(comment_fact, comment_class, "Comment", COMMENT_FIELDS)
FACT_CLASS(file_fact, file_class, "Dockerfile", FILE_FIELDS)
FACT_CLASS(shell_note_fact, note_class, "ShellNote", SHELL_NOTE_FIELDS)

const struct object_class *const shell_note_class = &note_class;

const struct object_class *const dockerfile_classes[] = {
	&image_class,	&pair_class,	    &mount_class, &heredoc_class, &command_package_class,
	&command_class, &instruction_class, &stage_class, &problem_class, &comment_class,
	&file_class,	&note_class,	    NULL,
};

/* ---- what is being made ---- */

/* ENV and ARG in force: a chain, so that a thousand of them cost no thousand copies. */
struct variable {
	const struct variable *older;
	struct str name, value;
	uint32_t n; /* with the older ones */
};

struct making {
	struct arena *arena;
	struct dockerfile_facts *facts;
	const struct dockerfile *df;
	struct err *err;
	/* Of the stage that is being made, before the instruction that is. */
	const struct variable *env, *args, *labels;
	struct str workdir;
	bool workdir_set, trigger_workdir;
	unsigned keywords; /* 1 << each that stands in it */
	struct str_list shell;
	bool shell_set;
	enum instruction_keyword previous;
	struct str user;
	bool has_user;
	struct dockerfile_context context;
	/* The last instruction of each keyword in the stage at hand. */
	struct instruction_fact *last[INSTRUCTION_WORKDIR + 1];
};

/* What a stage built on this one starts with. */
struct stage_end {
	const struct variable *env, *labels;
	struct str workdir, user;
	struct str_list shell;
	bool has_user, workdir_set;
	unsigned keywords;
};

static struct value str_or_empty(struct str s)
{
	return value_string(s.p ? s : STR(""));
}

static struct value offset(size_t at)
{
	return value_int((int64_t)at);
}

/* ---- variables ---- */

static const struct variable *find_variable(const struct variable *v, struct str name)
{
	while (v && !str_eq(v->name, name))
		v = v->older;
	return v;
}

static struct value variables_get(struct call *c, const struct object *o, struct value key)
{
	const struct variable *v = o->data;

	(void)c; /* nothing is made */
	if (key.kind != VALUE_STRING)
		return value_absent();
	v = find_variable(v, value_str(key));
	return v ? str_or_empty(v->value) : value_absent();
}

/* The newest first. */
static struct value variables_key(struct call *c, const struct object *o, uint32_t i)
{
	const struct variable *v = o->data;

	(void)c; /* nothing is made */
	while (v && i-- > 0)
		v = v->older;
	return v ? value_string(v->name) : value_absent();
}

static const struct object_class variables_class = {
	.name = "variables", .get = variables_get, .key = variables_key};

static struct value variables_value(struct making *m, const struct variable *v)
{
	struct object *o = arena_alloc(m->arena, sizeof *o);

	if (!o)
		return value_absent();
	*o = (struct object){&variables_class, v};
	return value_foreign_map(o, v ? v->n : 0);
}

static void add_variable(struct making *m, const struct variable **list, struct str name,
			 struct str value)
{
	struct variable *v = arena_alloc(m->arena, sizeof *v);

	if (!v)
		return;
	*v = (struct variable){*list, name, value, (*list ? (*list)->n : 0) + 1};
	*list = v;
}

/* ---- images ---- */

static bool has_tag(struct str text)
{
	struct str name, digest, before, after;

	if (!str_cut(text, '@', &name, &digest))
		name = text;
	if (str_rcut(name, '/', &before, &after))
		name = after;
	return str_find_char(name, ':') < name.n;
}

static struct value image_value(struct making *m, struct str written, struct str text,
				struct str_list undefined, uint32_t stage, bool is_scratch,
				struct dockerfile_span span)
{
	struct image_fact *f = arena_alloc(m->arena, sizeof *f);
	struct image_release release = {0};
	struct reference ref = {0};
	struct str before, name, tag;
	bool valid;

	if (!f)
		return value_absent();
	valid = !is_scratch && stage == DOCKERFILE_GLOBAL &&
		reference_parse(text, m->arena, &ref, NULL) == 0;
	if (!str_rcut(ref.path, '/', &before, &name))
		name = ref.path;
	tag = valid && has_tag(text) ? ref.tag : STR_NULL;
	(void)image_release_find(ref.path, tag, &release); /* most names tell nothing */
	*f = (struct image_fact){
		.object.class = &image_class,
		.text = str_or_empty(text),
		.written = str_or_empty(written),
		.valid = value_bool(valid),
		.is_scratch = value_bool(is_scratch),
		.is_stage = value_bool(stage != DOCKERFILE_GLOBAL),
		.stage = value_int(stage == DOCKERFILE_GLOBAL ? -1 : (int64_t)stage),
		.registry = str_or_empty(ref.domain),
		.repository = str_or_empty(ref.path),
		.name = str_or_empty(name),
		.tag = str_or_empty(tag),
		.digest = str_or_empty(ref.digest),
		.has_variable = value_bool(str_find_char(written, '$') < written.n),
		.undefined = fact_strings(m->arena, undefined),
		.release = str_or_empty(release.id),
		.end_of_life = str_or_empty(release.end_of_life),
		.start = offset(span.at),
		.end = offset(span.end),
	};
	return value_object(&f->object);
}

/* ---- the shell text of an instruction ---- */

struct script {
	struct str text;
	struct text_map map;
	struct shell_start start;
	bool readable; /* by a shell that we read */
};

/* RUN <<EOF: the body is the script, for the shell, or for the program its first line names. */
static void heredoc_script(struct making *m, const struct dockerfile_heredoc *h, struct script *s)
{
	struct str text = dockerfile_heredoc_text(h, m->arena), line = text, first;

	s->text = text;
	s->map = text_map_make(m->arena);
	text_map_add(&s->map, 0, h->body.span.at);
	if (!str_pull_prefix(&line, STR("#!")) || !str_pull_line(&line, &first))
		return;
	{
		struct str words[8];
		size_t n = 0;

		for (struct str w; n < 8 && str_pull_word(&first, &w);)
			words[n++] = w;
		if (n > 1 && str_has_suffix(words[0], STR("/env")))
			s->readable = shell_start_from(words + 1, n - 1, &s->start);
		else
			s->readable = shell_start_from(words, n, &s->start);
	}
}

/* The words as a shell would have to be given them. */
static void json_script(struct making *m, const struct instruction *in, size_t from,
			struct script *s)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(m->df->source.n * 5 + 64);

	s->map = text_map_make(m->arena);
	for (size_t i = from; i < in->n_args; i++) {
		struct str w = in->args[i].text;

		strbuf_adds(&sb, i > from ? " " : "");
		text_map_add(&s->map, sb.n, in->args[i].span.at);
		strbuf_addc(&sb, '\'');
		for (size_t k = 0; k < w.n; k++)
			if (w.p[k] == '\'')
				strbuf_adds(&sb, "'\\''");
			else
				strbuf_addc(&sb, w.p[k]);
		text_map_add(&s->map, sb.n, in->args[i].span.end - 1);
		strbuf_addc(&sb, '\'');
	}
	s->text = arena_str(m->arena, strbuf_str(&sb));
}

/* The command, and behind it the bodies of its heredocs, as the shell will read them. */
static void shell_script(struct making *m, const struct instruction *in, size_t from,
			 struct script *s)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(m->df->source.n * 2 + 64);
	struct str command = from < in->n_args ? in->args[from].text : STR_NULL;

	s->map = instruction_map(in, command, m->arena);
	s->text = command;
	if (in->n_heredocs == 0)
		return;
	strbuf_add(&sb, command);
	strbuf_addc(&sb, '\n');
	for (size_t i = 0; i < in->n_heredocs; i++) {
		text_map_add(&s->map, sb.n, in->heredocs[i].body.span.at);
		strbuf_add(&sb, in->heredocs[i].body.text);
		strbuf_add(&sb, in->heredocs[i].name);
		strbuf_addc(&sb, '\n');
	}
	s->text = arena_str(m->arena, strbuf_str(&sb));
}

/* RUN <<EOF alone; RUN <<EOF bash is a command that reads it. */
static const struct dockerfile_heredoc *lone_heredoc(const struct instruction *in)
{
	const struct dockerfile_heredoc *h = in->keyword == INSTRUCTION_RUN && in->n_args == 1
						     ? instruction_heredoc(in, &in->args[0])
						     : NULL;

	return h && str_eq(str_trim(in->args[0].text), h->word.text) ? h : NULL;
}

static struct script script_of(struct making *m, const struct instruction *in)
{
	struct script s = {.readable = true, .start = {.workdir = m->workdir}};
	size_t from = in->keyword == INSTRUCTION_HEALTHCHECK;
	const struct dockerfile_heredoc *h = lone_heredoc(in);

	if (m->shell.n)
		s.readable = shell_start_from(m->shell.p, m->shell.n, &s.start);
	s.start.workdir = m->workdir;
	if (in->json) {
		s.readable = true;
		s.start = (struct shell_start){.workdir = m->workdir};
		json_script(m, in, from, &s);
	} else if (h) {
		heredoc_script(m, h, &s);
	} else {
		shell_script(m, in, from, &s);
	}
	return s;
}

/* The newest; a thousand of them for each of a thousand RUN would be too much. */
static size_t put_names(const struct variable *v, struct str *names, size_t n)
{
	for (; v && n < SCRIPT_NAMES_MAX; v = v->older)
		names[n++] = v->name;
	return n;
}

static void put_script(struct making *m, const struct script *s, const struct shell_run *run,
		       const struct instruction_fact *f)
{
	size_t n = 1 + (m->env ? m->env->n : 0) + (m->args ? m->args->n : 0);
	struct str *names =
		arena_array(m->arena, n < SCRIPT_NAMES_MAX ? n : SCRIPT_NAMES_MAX, sizeof *names);
	struct text_map *map = arena_alloc(m->arena, sizeof *map);
	struct shell_run *kept = arena_alloc(m->arena, sizeof *kept);

	if (!names || !map || !kept)
		return; /* the arena remembers */
	*map = s->map;
	*kept = *run;
	m->facts->scripts[m->facts->n_scripts++] = (struct dockerfile_script){
		.instruction = f,
		.text = s->text,
		.map = map,
		.dialect = s->start.dialect,
		.run = kept,
		.variables = names,
		.n_variables = put_names(m->args, names, put_names(m->env, names, 0)),
	};
}

static uint64_t line_of_byte(const void *context, size_t at)
{
	return dockerfile_place(context, (uint32_t)at).line;
}

static int put_commands(struct making *m, const struct instruction *in, struct instruction_fact *f)
{
	struct script s = script_of(m, in);
	struct shell_input input = {.text = s.text, .map = &s.map};
	struct fact_list l = fact_list_make(m->arena, 0), problems;
	struct shell_run run = {0};
	int r = 0;

	f->commands = fact_list_value(&l);
	f->shell_problems = fact_list_value(&l);
	if (!s.readable || !s.text.p || in->broken)
		return 0;
	r = shell_run_parse(&input, &s.start, m->arena, &run, m->err);
	if (r < 0)
		return err_wrap(m->err, r, "line %u", in->line);
	f->commands = command_facts(&run, s.start.dialect,
				    &(struct command_source){.text = m->df->source,
							     .line = line_of_byte,
							     .context = m->df,
							     .escape = m->df->escape,
							     .exec = in->json},
				    m->arena);
	if (in->keyword == INSTRUCTION_RUN && !in->json)
		put_script(m, &s, &run, f);
	problems = fact_list_make(m->arena, run.script->n_problems);
	for (const struct shell_problem *p = run.script->problems; p; p = p->next)
		fact_list_add(&problems, value_string(p->message));
	f->shell_problems = fact_list_value(&problems);
	return 0;
}

static bool runs_commands(enum instruction_keyword k)
{
	return k == INSTRUCTION_RUN || k == INSTRUCTION_CMD || k == INSTRUCTION_ENTRYPOINT ||
	       k == INSTRUCTION_HEALTHCHECK;
}

/* ---- instructions ---- */

/* The expanded text of a part, or as it is written. Triggers of ONBUILD are never expanded. */
static struct str expanded(const struct making *m, size_t at, bool is_trigger, enum scope_role role,
			   uint32_t index, struct str written)
{
	const struct scope_value *v =
		is_trigger ? NULL : dockerfile_scope_find(m->facts->scope, at, role, index);

	return v ? v->text : written;
}

static struct str join(struct making *m, const struct value *p, uint32_t n)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_ARENA_BYTES);

	for (uint32_t i = 0; i < n; i++) {
		strbuf_adds(&sb, i ? " " : "");
		strbuf_add(&sb, value_str(p[i]));
	}
	return arena_str(m->arena, strbuf_str(&sb));
}

static void put_args(struct making *m, const struct instruction *in, size_t at, bool trigger,
		     struct instruction_fact *f)
{
	struct fact_list args = fact_list_make(m->arena, in->n_args),
			 words = fact_list_make(m->arena, in->n_args),
			 sources = fact_list_make(m->arena, in->n_args);
	bool copies = in->keyword == INSTRUCTION_COPY || in->keyword == INSTRUCTION_ADD;

	f->destination = value_string(STR(""));
	for (uint32_t i = 0; i < in->n_args; i++) {
		struct str text = expanded(m, at, trigger, SCOPE_ARGUMENT, i, in->args[i].text);

		fact_list_add(&args, str_or_empty(text));
		fact_list_add(&words, str_or_empty(in->args[i].text));
		if (copies && i + 1 == in->n_args)
			f->destination = str_or_empty(text);
		else if (copies && !instruction_heredoc(in, &in->args[i]))
			fact_list_add(&sources, str_or_empty(text));
	}
	f->args = fact_list_value(&args);
	f->words = fact_list_value(&words);
	f->sources = fact_list_value(&sources);
	f->value = str_or_empty(join(m, args.p, args.n));
	f->args_start = offset(in->n_args ? in->args[0].span.at : in->name.span.end);
	f->args_end = offset(in->n_args ? in->args[in->n_args - 1].span.end : in->name.span.end);
}

static void put_instruction_flags(struct making *m, const struct instruction *in, size_t at,
				  bool trigger, struct instruction_fact *f)
{
	struct fact_map map = fact_map_make(m->arena, in->n_flags);

	for (uint32_t i = 0; i < in->n_flags; i++)
		fact_map_put(
			&map, in->flags[i].name,
			str_or_empty(expanded(m, at, trigger, SCOPE_FLAG, i, in->flags[i].value)));
	f->flags = fact_map_value(&map);
}

/* Where nothing is expanded the quotes around a word are still there. */
static struct str unquoted(struct str s)
{
	return s.n > 1 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0]
		       ? str_sub(s, 1, s.n - 2)
		       : s;
}

static struct value pair_value(struct making *m, const struct instruction *in, uint32_t i,
			       size_t at, bool trigger)
{
	const struct dockerfile_pair *p = &in->pairs[i];
	struct pair_fact *f = arena_alloc(m->arena, sizeof *f);
	struct str value = expanded(m, at, trigger, SCOPE_VALUE, i, unquoted(p->value.text));

	if (!f)
		return value_absent();
	*f = (struct pair_fact){
		.object.class = &pair_class,
		.key = str_or_empty(expanded(m, at, trigger, SCOPE_KEY, i, p->key.text)),
		.value = str_or_empty(value),
		.written = str_or_empty(p->value.text),
		.has_value = value_bool(p->value.text.p != NULL),
		.is_spdx = value_bool(licence_expression_is_valid(value)),
		.start = offset(p->key.span.at),
		.end = offset(p->value.text.p ? p->value.span.end : p->key.span.end),
	};
	return value_object(&f->object);
}

static struct value mount_value(struct making *m, const struct dockerfile_mount *mount)
{
	static const char *const types[] = {"bind", "cache", "tmpfs", "secret", "ssh", "unknown"};
	const struct dockerfile_option *target = mount_option(mount, "target");
	struct fact_map map = fact_map_make(m->arena, mount->n);
	struct mount_fact *f = arena_alloc(m->arena, sizeof *f);

	if (!f)
		return value_absent();
	for (size_t i = 0; i < mount->n; i++)
		fact_map_put(&map, mount->options[i].key,
			     str_or_empty(mount->options[i].value.text));
	*f = (struct mount_fact){
		.object.class = &mount_class,
		.type = value_string(str_of(types[mount->type])),
		.target = str_or_empty(target ? target->value.text : STR_NULL),
		.options = fact_map_value(&map),
	};
	return value_object(&f->object);
}

static struct value heredoc_value(struct making *m, const struct dockerfile_heredoc *h)
{
	struct heredoc_fact *f = arena_alloc(m->arena, sizeof *f);
	struct str body = dockerfile_heredoc_text(h, m->arena), rest = body, line, word = STR_NULL;

	if (!f)
		return value_absent();
	if (str_pull_prefix(&rest, STR("#!")) && str_pull_line(&rest, &line))
		(void)str_pull_word(&line, &word); /* none: empty */
	*f = (struct heredoc_fact){
		.object.class = &heredoc_class,
		.name = str_or_empty(h->name),
		.body = str_or_empty(body),
		.shebang = str_or_empty(word),
	};
	return value_object(&f->object);
}

static void put_parts(struct making *m, const struct instruction *in, size_t at, bool trigger,
		      struct instruction_fact *f)
{
	struct fact_list pairs = fact_list_make(m->arena, in->n_pairs),
			 mounts = fact_list_make(m->arena, in->n_mounts),
			 heredocs = fact_list_make(m->arena, in->n_heredocs),
			 comments = fact_list_make(m->arena, in->n_comments);

	for (uint32_t i = 0; i < in->n_pairs; i++)
		fact_list_add(&pairs, pair_value(m, in, i, at, trigger));
	for (size_t i = 0; i < in->n_mounts; i++)
		fact_list_add(&mounts, mount_value(m, &in->mounts[i]));
	for (size_t i = 0; i < in->n_heredocs; i++)
		fact_list_add(&heredocs, heredoc_value(m, &in->heredocs[i]));
	for (size_t i = 0; i < in->n_comments; i++)
		if (in->comments[i].line + in->n_comments - i == in->line)
			fact_list_add(&comments, str_or_empty(in->comments[i].text));
	f->pairs = fact_list_value(&pairs);
	f->mounts = fact_list_value(&mounts);
	f->heredocs = fact_list_value(&heredocs);
	f->comments = fact_list_value(&comments);
}

/* Variables of all its parts. */
static void put_variables(struct making *m, size_t at, bool trigger, struct instruction_fact *f)
{
	const struct scope_values *values = &m->facts->scope->values[at];
	struct fact_list undefined, used;
	size_t n_undefined = 0, n_used = 0, n = trigger ? 0 : values->n;
	struct str problem = STR_NULL;

	for (size_t i = 0; i < n; i++) {
		n_undefined += values->p[i].undefined.n;
		n_used += values->p[i].used.n;
		if (!problem.n)
			problem = values->p[i].problem;
	}
	undefined = fact_list_make(m->arena, n_undefined);
	used = fact_list_make(m->arena, n_used);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < values->p[i].undefined.n; k++)
			fact_list_add(&undefined, value_string(values->p[i].undefined.p[k]));
		for (size_t k = 0; k < values->p[i].used.n; k++)
			fact_list_add(&used, value_string(values->p[i].used.p[k]));
	}
	f->undefined = fact_list_value(&undefined);
	f->used = fact_list_value(&used);
	f->expansion_problem = str_or_empty(problem);
}

static void put_surroundings(struct making *m, struct instruction_fact *f)
{
	f->previous = value_string(str_of(instruction_name(m->previous)));
	f->workdir = str_or_empty(m->workdir);
	f->workdir_set = value_bool(m->workdir_set);
	f->env = variables_value(m, m->env);
	f->arguments = variables_value(m, m->args);
	f->shell = fact_strings(m->arena, m->shell);
	f->shell_set = value_bool(m->shell_set);
}

static struct value stage_image(struct making *m, uint32_t i, size_t from)
{
	const struct dockerfile_stage *stage = &m->df->stages[i];
	const struct scope_stage *s = &m->facts->scope->stages[i];
	const struct scope_value *v =
		dockerfile_scope_find(m->facts->scope, from, SCOPE_ARGUMENT, 0);

	return image_value(m, stage->image.text, s->image, v ? v->undefined : (struct str_list){0},
			   s->base, s->is_scratch, stage->image.span);
}

/* What a copy is made from: a stage of this file, a context that the build names, or an image. */
static struct value named_image(struct making *m, const struct instruction *in, struct str text,
				struct str written, struct dockerfile_span span)
{
	uint32_t stage = stage_find(m->df, text);

	if (in->stage == DOCKERFILE_GLOBAL)
		stage = DOCKERFILE_GLOBAL;
	return image_value(m, written, text, (struct str_list){0}, stage, str_is(text, "scratch"),
			   span);
}

static void put_images(struct making *m, const struct instruction *in, size_t at, bool trigger,
		       struct instruction_fact *f)
{
	struct fact_list l = fact_list_make(m->arena, in->n_mounts + 1);
	const struct dockerfile_flag *from =
		in->keyword == INSTRUCTION_COPY ? instruction_flag(in, "from") : NULL;

	if (in->keyword == INSTRUCTION_FROM && !trigger && in->stage != DOCKERFILE_GLOBAL)
		fact_list_add(&l, stage_image(m, in->stage, at));
	if (from && from->value.n)
		fact_list_add(&l, named_image(m, in, from->value, from->value, from->value_span));
	for (size_t i = 0; i < in->n_mounts; i++) {
		const struct dockerfile_option *o = mount_option(&in->mounts[i], "from");

		if (o && o->value.text.n)
			fact_list_add(&l, named_image(m, in, o->value.text, o->value.text,
						      o->value.span));
	}
	f->images = fact_list_value(&l);
}

/* Of the context; not what comes from another stage or image. */
static void put_ignored(struct making *m, struct instruction_fact *f)
{
	struct fact_list l = fact_list_make(m->arena, f->sources.n);

	for (uint32_t i = 0; f->images.n == 0 && i < f->sources.n; i++)
		if (dockerfile_context_excludes(&m->context, value_str(f->sources.items[i])))
			fact_list_add(&l, f->sources.items[i]);
	f->ignored = fact_list_value(&l);
}

static int put_instruction(struct making *m, const struct instruction *in, size_t at, bool trigger,
			   struct instruction_fact *f)
{
	const struct fact_list none = fact_list_make(m->arena, 0);

	*f = (struct instruction_fact){
		.object.class = &instruction_class,
		.keyword = value_string(str_of(instruction_name(in->keyword))),
		.written = str_or_empty(in->name.text),
		.index = value_int((int64_t)at),
		.stage = value_int(in->stage == DOCKERFILE_GLOBAL ? -1 : (int64_t)in->stage),
		.onbuild = value_bool(trigger),
		.text = str_or_empty(in->text),
		.json = value_bool(in->json),
		.legacy = value_bool(in->legacy),
		.broken = value_bool(in->broken),
		.empty_continuation = value_bool(in->has_empty_continuation),
		.commands = fact_list_value(&none),
		.shell_problems = fact_list_value(&none),
		.line = value_int(in->line),
		.last_line = value_int(in->last_line),
		.start = offset(in->span.at),
		.end = offset(in->span.end),
		.keyword_start = offset(in->name.span.at),
		.keyword_end = offset(in->name.span.end),
	};
	put_args(m, in, at, trigger, f);
	put_instruction_flags(m, in, at, trigger, f);
	put_parts(m, in, at, trigger, f);
	put_variables(m, at, trigger, f);
	put_images(m, in, at, trigger, f);
	put_ignored(m, f);
	put_surroundings(m, f);
	return runs_commands(in->keyword) ? put_commands(m, in, f) : 0;
}

/* ---- what an instruction changes for those behind it ---- */

static bool is_absolute(struct str path)
{
	return str_has_prefix(path, STR("/")) ||
	       (path.n > 2 && char_is_alpha(path.p[0]) && path.p[1] == ':' &&
		(path.p[2] == '\\' || path.p[2] == '/'));
}

/* The folder that WORKDIR leads to; empty when it depends on the base image. */
static struct str step_into(struct making *m, struct str to)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);

	if (!is_absolute(to)) {
		if (!m->workdir.n)
			return STR_NULL;
		strbuf_add(&sb, m->workdir);
		strbuf_addc(&sb, '/');
	}
	strbuf_add(&sb, to);
	return arena_str(m->arena, strbuf_str(&sb));
}

static void take_pairs(struct making *m, const struct instruction_fact *f,
		       const struct variable **list)
{
	for (uint32_t i = 0; i < f->pairs.n; i++) {
		const struct pair_fact *p = (const void *)f->pairs.items[i].object;

		add_variable(m, list, value_str(p->key), value_str(p->value));
	}
}

static void take_effect(struct making *m, const struct instruction *in,
			const struct instruction_fact *f)
{
	struct str *words;

	m->previous = in->keyword;
	m->keywords |= 1u << in->keyword;
	if (in->broken)
		return;
	if (in->keyword == INSTRUCTION_ENV) {
		take_pairs(m, f, &m->env);
	} else if (in->keyword == INSTRUCTION_ARG) {
		take_pairs(m, f, &m->args);
	} else if (in->keyword == INSTRUCTION_LABEL) {
		take_pairs(m, f, &m->labels);
	} else if (in->keyword == INSTRUCTION_WORKDIR) {
		m->workdir = step_into(m, value_str(f->value));
		m->workdir_set = true;
	} else if (in->keyword == INSTRUCTION_USER) {
		m->user = value_str(f->value);
		m->has_user = true;
	} else if (in->keyword == INSTRUCTION_SHELL && in->n_args) {
		words = arena_array(m->arena, in->n_args, sizeof *words);
		for (size_t i = 0; words && i < in->n_args; i++)
			words[i] = in->args[i].text;
		m->shell = words ? (struct str_list){words, in->n_args} : (struct str_list){0};
		m->shell_set = true;
	}
}

/* ---- stages and the file ---- */

static struct instruction_fact *next_instruction(struct dockerfile_facts *facts, struct making *m)
{
	struct instruction_fact *f = arena_alloc(m->arena, sizeof *f);

	if (f)
		facts->instructions[facts->n_instructions++] = f;
	return f;
}

/* Triggers run one after the other in the stage that is built on this one. */
static void put_trigger(struct making *m, struct instruction_fact *t)
{
	t->last = value_bool(true);
	if (m->trigger_workdir)
		t->workdir_set = value_bool(true);
	m->trigger_workdir |= str_is(value_str(t->keyword), "WORKDIR");
}

/* The instruction at `at`, and its trigger. */
static int add_instruction(struct making *m, size_t at, struct fact_list *list)
{
	const struct instruction *in = &m->df->instructions[at];
	struct instruction_fact *f = next_instruction(m->facts, m);
	int r = f ? put_instruction(m, in, at, false, f) : err_nomem(m->err);

	if (r < 0)
		return r;
	fact_list_add(list, value_object(&f->object));
	if (m->last[in->keyword])
		m->last[in->keyword]->last = value_bool(false);
	m->last[in->keyword] = f;
	f->last = value_bool(true);
	if (in->trigger) {
		struct instruction_fact *t = next_instruction(m->facts, m);

		r = t ? put_instruction(m, in->trigger, at, true, t) : err_nomem(m->err);
		if (r == 0)
			put_trigger(m, t);
		fact_list_add(list, value_object(&t->object));
	}
	take_effect(m, in, f);
	return r;
}

static struct value run_commands(struct making *m, const struct fact_list *instructions)
{
	struct fact_list l;
	size_t n = 0;

	for (uint32_t i = 0; i < instructions->n; i++)
		n += ((const struct instruction_fact *)(const void *)instructions->p[i].object)
			     ->commands.n;
	l = fact_list_make(m->arena, n);
	for (uint32_t i = 0; i < instructions->n; i++) {
		const struct instruction_fact *f = (const void *)instructions->p[i].object;

		for (uint32_t k = 0; str_is(value_str(f->keyword), "RUN") && k < f->commands.n; k++)
			fact_list_add(&l, f->commands.items[k]);
	}
	return fact_list_value(&l);
}

static void begin_stage(struct making *m, const struct stage_end *base)
{
	m->env = base ? base->env : NULL;
	m->labels = base ? base->labels : NULL;
	m->keywords = base ? base->keywords : 0;
	m->workdir_set = base && base->workdir_set;
	m->trigger_workdir = false;
	memset(m->last, 0, sizeof m->last);
	m->workdir = base ? base->workdir : STR_NULL;
	m->user = base ? base->user : STR_NULL;
	m->has_user = base && base->has_user;
	m->shell = base ? base->shell : (struct str_list){0};
	m->args = NULL;
	m->shell_set = base && base->shell.n > 0;
	m->previous = INSTRUCTION_UNKNOWN;
}

static struct value keywords_value(struct making *m)
{
	struct fact_map map = fact_map_make(m->arena, INSTRUCTION_WORKDIR);

	for (unsigned k = INSTRUCTION_ADD; k <= INSTRUCTION_WORKDIR; k++)
		if (m->keywords & 1u << k)
			fact_map_put(&map, str_of(instruction_name((enum instruction_keyword)k)),
				     value_bool(true));
	return fact_map_value(&map);
}

static int add_stage(struct making *m, uint32_t i, size_t *at, struct fact_list *all,
		     struct stage_end *ends)
{
	const struct dockerfile_stage *stage = &m->df->stages[i];
	const struct scope_stage *s = &m->facts->scope->stages[i];
	struct stage_fact *f = &m->facts->stages[i];
	struct fact_list list = fact_list_make(m->arena, 2 * stage->n + 1);
	size_t from = *at;
	int r;

	begin_stage(m, s->base == DOCKERFILE_GLOBAL ? NULL : &ends[s->base]);
	r = add_instruction(m, (*at)++, all);
	f->from = all->n ? all->p[all->n - 1] : value_absent();
	for (size_t k = 0; r == 0 && k < stage->n; k++)
		r = add_instruction(m, (*at)++, &list);
	for (uint32_t k = 0; k < list.n; k++)
		fact_list_add(all, list.p[k]);
	f->object.class = &stage_class;
	f->index = value_int(i);
	f->name = str_or_empty(stage->name.text);
	f->image = stage_image(m, i, from);
	f->platform = str_or_empty(stage->platform.text);
	f->platform_value = str_or_empty(s->platform);
	f->instructions = fact_list_value(&list);
	f->commands = run_commands(m, &list);
	f->is_final = value_bool(i + 1 == m->df->n_stages);
	f->needed = value_bool(m->facts->graph->reachable[i]);
	f->in_image = value_bool(false);
	f->base = value_int(s->base == DOCKERFILE_GLOBAL ? -1 : (int64_t)s->base);
	f->user = str_or_empty(m->user);
	f->has_user = value_bool(m->has_user);
	f->root_image =
		s->base == DOCKERFILE_GLOBAL ? f->image : m->facts->stages[s->base].root_image;
	f->keywords = keywords_value(m);
	f->labels = variables_value(m, m->labels);
	f->line = value_int(stage->from->line);
	ends[i] = (struct stage_end){.env = m->env,
				     .labels = m->labels,
				     .workdir = m->workdir,
				     .user = m->user,
				     .shell = m->shell,
				     .has_user = m->has_user,
				     .workdir_set = m->workdir_set,
				     .keywords = m->keywords};
	return r;
}

static void mark_image(struct making *m)
{
	uint32_t i = m->df->n_stages ? (uint32_t)m->df->n_stages - 1 : DOCKERFILE_GLOBAL;

	for (; i != DOCKERFILE_GLOBAL; i = m->facts->scope->stages[i].base)
		m->facts->stages[i].in_image = value_bool(true);
}

static struct value problems_value(struct making *m)
{
	static const char *const levels[] = {"syntax", "usage", "build"};
	static const char *const faults[] = {"arguments", "keyword", "trigger"};
	const struct dockerfile_problem *lists[] = {m->df->problems, m->facts->graph->problems};
	const size_t counts[] = {m->df->n_problems, m->facts->graph->n_problems};
	struct fact_list l = fact_list_make(m->arena, counts[0] + counts[1]);

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < counts[k]; i++) {
			const struct dockerfile_problem *p = &lists[k][i];
			struct problem_fact *f = arena_alloc(m->arena, sizeof *f);

			if (!f)
				break;
			*f = (struct problem_fact){
				.object.class = &problem_class,
				.level = value_string(str_of(levels[p->level])),
				.kind = value_string(str_of(faults[p->fault])),
				.keyword = value_string(str_of(
					instruction_name(p->instruction ? p->instruction->keyword
									: INSTRUCTION_UNKNOWN))),
				.written = str_or_empty(p->instruction ? p->instruction->name.text
								       : STR_NULL),
				.message = str_or_empty(p->message),
				.line = value_int(p->line),
				.start = offset(p->span.at),
				.end = offset(p->span.end),
			};
			fact_list_add(&l, value_object(&f->object));
		}
	return fact_list_value(&l);
}

static struct value comments_value(struct making *m)
{
	struct fact_list l = fact_list_make(m->arena, m->df->n_comments);

	for (size_t i = 0; i < m->df->n_comments; i++) {
		struct comment_fact *f = arena_alloc(m->arena, sizeof *f);

		if (!f)
			break;
		*f = (struct comment_fact){.object.class = &comment_class,
					   .text = str_or_empty(m->df->comments[i].text),
					   .line = value_int(m->df->comments[i].line)};
		fact_list_add(&l, value_object(&f->object));
	}
	return fact_list_value(&l);
}

static struct value directives_value(struct making *m)
{
	struct fact_map map = fact_map_make(m->arena, m->df->n_directives);

	for (size_t i = 0; i < m->df->n_directives; i++)
		fact_map_put(&map, m->df->directives[i].name,
			     str_or_empty(m->df->directives[i].value.text));
	return fact_map_value(&map);
}

static bool is_lower(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (char_lower(s.p[i]) != s.p[i])
			return false;
	return true;
}

static bool is_upper(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 'a' && s.p[i] <= 'z')
			return false;
	return true;
}

/* As BuildKit counts: words of mixed case have no say, of as many of each upper wins. */
static struct value keyword_case(const struct dockerfile *df)
{
	size_t lower = 0, upper = 0;

	for (size_t i = 0; i < df->n_instructions; i++) {
		struct str name = df->instructions[i].name.text;

		lower += is_lower(name);
		upper += !is_lower(name) && is_upper(name);
	}
	return value_string(lower > upper ? STR("lower") : STR("upper"));
}

/* Listed only when something is taken from it. */
static int put_context(struct making *m, struct file_fact *f)
{
	struct str_list paths;
	bool copies = false;
	int r;

	if (m->context.has_ignore_file)
		f->ignore_file = str_or_empty(m->context.ignore_text);
	for (size_t i = 0; i < m->df->n_instructions; i++)
		copies |= m->df->instructions[i].keyword == INSTRUCTION_COPY ||
			  m->df->instructions[i].keyword == INSTRUCTION_ADD;
	if (!copies)
		return 0;
	r = dockerfile_context_list(&m->context, m->arena, &paths, m->err);
	if (r == -ERR_NOT_FOUND)
		return 0;
	if (r == 0)
		f->context = fact_strings(m->arena, paths);
	return r;
}

static int put_file(struct making *m, const struct source_file *source)
{
	struct dockerfile_facts *facts = m->facts;
	struct file_fact *f = &facts->file;
	struct fact_list stages = fact_list_make(m->arena, m->df->n_stages),
			 all = fact_list_make(m->arena, 2 * m->df->n_instructions);
	struct stage_end *ends = arena_array(m->arena, m->df->n_stages + 1, sizeof *ends);
	size_t at = 0;
	int r = ends ? 0 : err_nomem(m->err);

	if (r == 0)
		r = dockerfile_context_read(source, m->arena, &m->context, m->err);
	begin_stage(m, NULL);
	while (r == 0 && at < m->df->n_global)
		r = add_instruction(m, at++, &all);
	for (uint32_t i = 0; r == 0 && i < m->df->n_stages; i++) {
		r = add_stage(m, i, &at, &all, ends);
		fact_list_add(&stages, value_object(&facts->stages[i].object));
	}
	mark_image(m);
	f->object.class = &file_class;
	f->path = str_or_empty(source->path);
	f->name = str_or_empty(path_base(source->path));
	f->stages = fact_list_value(&stages);
	if (stages.n)
		f->final = stages.p[stages.n - 1];
	f->instructions = fact_list_value(&all);
	f->directives = directives_value(m);
	f->comments = comments_value(m);
	f->problems = problems_value(m);
	f->suppressions = value_int(0);
	f->keyword_case = keyword_case(m->df);
	f->time = value_timestamp(0, 0);
	f->content_trust = value_bool(source->content_trust);
	return r < 0 ? r : put_context(m, f);
}

int dockerfile_facts_make(const struct source_file *source, struct arena *a,
			  struct dockerfile_facts *ret, struct err *err)
{
	const struct scope_options options = {0};
	struct making m = {.arena = a, .facts = ret, .err = err};
	int r = dockerfile_parse(source->bytes, a, &ret->dockerfile, err);

	m.df = ret->dockerfile;
	if (r == 0)
		r = dockerfile_scope_new(m.df, &options, a, &ret->scope, err);
	if (r == 0)
		r = stage_graph_new(ret->scope, STR_NULL, a, &ret->graph, err);
	if (r < 0)
		return r;
	ret->n_stages = m.df->n_stages;
	ret->n_instructions = 0;
	ret->stages = arena_array(a, ret->n_stages + 1, sizeof *ret->stages);
	ret->n_scripts = 0;
	ret->instructions = arena_array(a, 2 * m.df->n_instructions + 1, sizeof *ret->instructions);
	ret->scripts = arena_array(a, 2 * m.df->n_instructions + 1, sizeof *ret->scripts);
	if (!ret->stages || !ret->instructions || !ret->scripts)
		return err_nomem(err);
	r = put_file(&m, source);
	return r == 0 && a->failed ? err_nomem(err) : r;
}
