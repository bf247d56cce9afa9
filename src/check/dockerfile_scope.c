/* SPDX-License-Identifier: Apache-2.0 */
#include "check/dockerfile_scope.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "check/dockerfile_expand.h"

#define PATH_UNIX "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct variable {
	enum expand_found found;
	struct str value;
};

/* What a variable was before a stage changed it. */
struct change {
	struct variable *variable;
	struct variable before;
};

/* The stages as a tree: each below the one it is built on. */
struct branch {
	uint32_t child, last_child, next; /* DOCKERFILE_GLOBAL: none */
	size_t mark;			  /* changes made before it */
};

struct builder {
	const struct dockerfile *df;
	const struct scope_options *options;
	struct arena *arena;
	struct map globals;   /* name -> struct variable */
	struct map variables; /* the same, of the stage at hand */
	struct vec changes;   /* struct change: of that stage and those below it in the tree */
	struct expand expand;
	const struct map *looked_up; /* one of the two maps */
	struct vec used, undefined;  /* struct str */
	struct vec found;	     /* struct scope_value: of the instruction at hand */
	struct scope_values *values;
	struct scope_stage *stages;
	struct branch *branches;
};

/* Variables. */

static struct str key_of(struct builder *b, struct str name)
{
	char *p;

	if (!b->options->ignore_case)
		return name;
	p = arena_alloc(b->arena, name.n);
	for (size_t i = 0; p && i < name.n; i++)
		p[i] = char_lower(name.p[i]);
	return str_make(p, p ? name.n : 0);
}

static enum expand_found look_up(void *context, struct str name, struct str *ret_value)
{
	struct builder *b = context;
	const struct variable *v = map_get(b->looked_up, key_of(b, name));

	if (!v)
		return EXPAND_UNKNOWN;
	*ret_value = v->value;
	return v->found;
}

/* A change of a stage's variable is noted, so that it can be taken back. */
static int set(struct builder *b, struct map *m, struct str name, enum expand_found found,
	       struct str value, struct err *err)
{
	struct str key = key_of(b, name);
	struct variable *v = map_get(m, key);
	struct change *c;

	if (!v) {
		v = arena_alloc(b->arena, sizeof *v);
		if (!v || map_put(m, key, v) < 0)
			return err_nomem(err);
	}
	if (m == &b->variables) {
		c = vec_push(&b->changes);
		if (!c)
			return err_nomem(err);
		*c = (struct change){v, *v};
	}
	*v = (struct variable){found, value};
	return 0;
}

static int declare(struct builder *b, struct map *m, struct str name, struct err *err)
{
	const struct variable *v = map_get(m, key_of(b, name));

	return v && v->found == EXPAND_SET ? 0 : set(b, m, name, EXPAND_DECLARED, STR_NULL, err);
}

static const struct scope_argument *build_argument(const struct builder *b, struct str name)
{
	for (size_t i = b->options->n_build_args; i-- > 0;)
		if (str_eq(b->options->build_args[i].name, name))
			return &b->options->build_args[i];
	return NULL;
}

bool scope_is_predefined(struct str name)
{
	static const char *const names[] = {"HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY",
					    "ALL_PROXY"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq_nocase(name, str_of(names[i])))
			return true;
	return str_has_prefix(name, STR("BUILDKIT_")) || str_is(name, "SOURCE_DATE_EPOCH");
}

/* Expanding. */

static int keep_names(struct builder *b, const struct vec *names, struct str_list *ret,
		      struct err *err)
{
	struct str *p;

	*ret = (struct str_list){0};
	if (names->n == 0)
		return 0;
	p = arena_array(b->arena, names->n, sizeof *p);
	if (!p)
		return err_nomem(err);
	memcpy(p, names->p, names->n * sizeof *p);
	*ret = (struct str_list){p, names->n};
	return 0;
}

static int expand_words(struct builder *b, struct str text, struct scope_value *v, struct err *err)
{
	struct expand_words words = {0};
	struct str *list;
	int r = dockerfile_expand_words(&b->expand, text, &words, err);

	if (r < 0)
		return r;
	list = arena_array(b->arena, words.n, sizeof *list);
	if (!list)
		return err_nomem(err);
	for (size_t i = 0; i < words.n; i++)
		list[i] = words.p[i].text;
	v->words = (struct str_list){list, words.n};
	return 0;
}

/* Expands with the map; what cannot be is a problem of the value. */
static int expand(struct builder *b, const struct map *m, struct str text, struct scope_value *v,
		  struct err *err)
{
	struct err what = {0};
	int r;

	b->looked_up = m;
	vec_cut(&b->used, 0);
	vec_cut(&b->undefined, 0);
	v->text = text;
	r = dockerfile_expand(&b->expand, text, &v->text, &what);
	if (r == -ERR_FORMAT) {
		v->problem = arena_str(b->arena, str_of(what.msg));
	} else if (r < 0) {
		return err_set(err, what.code, "%s", what.msg);
	}
	r = keep_names(b, &b->used, &v->used, err);
	return r < 0 ? r : keep_names(b, &b->undefined, &v->undefined, err);
}

static struct scope_value *add_value(struct builder *b, enum scope_role role, size_t index,
				     struct dockerfile_span span)
{
	struct scope_value *v = vec_push(&b->found);

	if (v)
		*v = (struct scope_value){.role = role, .index = (uint32_t)index, .span = span};
	return v;
}

/* Of a stage's instruction: the text expanded is one more value of it. */
static int add_expanded(struct builder *b, enum scope_role role, size_t index,
			const struct dockerfile_word *word, struct err *err)
{
	struct scope_value *v = add_value(b, role, index, word->span);

	return v ? expand(b, &b->variables, word->text, v, err) : err_nomem(err);
}

static int expand_args(struct builder *b, const struct instruction *in, struct err *err)
{
	for (size_t i = 0; i < in->n_args; i++) {
		int r = add_expanded(b, SCOPE_ARGUMENT, i, &in->args[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int expand_ports(struct builder *b, const struct instruction *in, struct err *err)
{
	for (size_t i = 0; i < in->n_args; i++) {
		struct scope_value *v;
		int r = add_expanded(b, SCOPE_ARGUMENT, i, &in->args[i], err);

		if (r < 0)
			return r;
		v = vec_at(&b->found, b->found.n - 1);
		/* The names are noted already. */
		b->expand.used = b->expand.undefined = NULL;
		if (!v->problem.n)
			r = expand_words(b, in->args[i].text, v, err);
		b->expand.used = &b->used;
		b->expand.undefined = &b->undefined;
		if (r < 0)
			return r;
	}
	return 0;
}

static int expand_pairs(struct builder *b, const struct instruction *in, struct err *err)
{
	for (size_t i = 0; i < in->n_pairs; i++) {
		int r = add_expanded(b, SCOPE_KEY, i, &in->pairs[i].key, err);

		if (r == 0)
			r = add_expanded(b, SCOPE_VALUE, i, &in->pairs[i].value, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The body of a heredoc is expanded with a backslash whatever the escape, its quotes are text. */
static int expand_heredoc(struct builder *b, const struct dockerfile_heredoc *h, size_t index,
			  struct err *err)
{
	struct dockerfile_word word = {dockerfile_heredoc_text(h, b->arena), h->body.span};
	char escape = b->expand.escape;
	int r;

	b->expand.escape = '\\';
	b->expand.flags = EXPAND_NO_QUOTES;
	r = add_expanded(b, SCOPE_HEREDOC, index, &word, err);
	b->expand.escape = escape;
	b->expand.flags = 0;
	return r;
}

static int expand_files(struct builder *b, const struct instruction *in, struct err *err)
{
	static const char *const names[] = {"chown", "chmod", "checksum"};
	int r = 0;

	for (size_t i = 0; r == 0 && i < in->n_flags; i++) {
		const struct dockerfile_flag *f = &in->flags[i];
		struct dockerfile_word value = {f->value, f->value_span};

		for (size_t k = 0; r == 0 && k < ARRAY_LEN(names); k++)
			if (str_is(f->name, names[k]))
				r = add_expanded(b, SCOPE_FLAG, i, &value, err);
	}
	for (size_t i = 0; r == 0 && i < in->n_args; i++)
		if (!instruction_heredoc(in, &in->args[i]))
			r = add_expanded(b, SCOPE_ARGUMENT, i, &in->args[i], err);
	for (size_t i = 0; r == 0 && i < in->n_heredocs; i++)
		if (in->heredocs[i].expand)
			r = expand_heredoc(b, &in->heredocs[i], i, err);
	return r;
}

static int expand_options(struct builder *b, const struct instruction *in, struct err *err)
{
	for (size_t i = 0; i < in->n_mounts; i++) {
		const struct dockerfile_mount *m = &in->mounts[i];

		for (size_t k = 0; k < m->n; k++) {
			int r;

			if (!m->options[k].value.text.p)
				continue;
			r = add_expanded(b, SCOPE_OPTION, i, &m->options[k].value, err);
			if (r < 0)
				return r;
			((struct scope_value *)vec_at(&b->found, b->found.n - 1))->option =
				&m->options[k];
		}
	}
	return 0;
}

/* ENV: all values are expanded before the first of them is set. */
static int do_env(struct builder *b, const struct instruction *in, struct err *err)
{
	int r = expand_pairs(b, in, err);

	for (size_t i = 0; r == 0 && i + 1 < b->found.n; i += 2) {
		const struct scope_value *key = vec_at(&b->found, i), *v = vec_at(&b->found, i + 1);

		r = set(b, &b->variables, key->text, EXPAND_SET, v->text, err);
	}
	return r;
}

/* One name of ARG; the map is that of the global part or of a stage. */
static int do_argument(struct builder *b, struct map *m, const struct dockerfile_pair *pair,
		       size_t index, struct err *err)
{
	const struct scope_argument *given = build_argument(b, pair->key.text);
	struct str name = pair->key.text;
	const struct variable *global = NULL;
	struct scope_value *v;
	int r;

	if (given)
		return set(b, m, name, EXPAND_SET, given->value, err);
	if (!pair->value.text.p) {
		if (m != &b->globals)
			global = map_get(&b->globals, key_of(b, name));
		if (global && global->found == EXPAND_SET)
			return set(b, m, name, EXPAND_SET, global->value, err);
		return declare(b, m, name, err);
	}
	v = add_value(b, SCOPE_VALUE, index, pair->value.span);
	if (!v)
		return err_nomem(err);
	r = expand(b, m, pair->value.text, v, err);
	return r < 0 ? r : set(b, m, name, EXPAND_SET, v->text, err);
}

static int do_arguments(struct builder *b, struct map *m, const struct instruction *in,
			struct err *err)
{
	for (size_t i = 0; i < in->n_pairs; i++) {
		int r = do_argument(b, m, &in->pairs[i], i, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int do_instruction(struct builder *b, const struct instruction *in, struct err *err)
{
	switch (in->keyword) {
	case INSTRUCTION_ARG:
		return do_arguments(b, &b->variables, in, err);
	case INSTRUCTION_ENV:
		return do_env(b, in, err);
	case INSTRUCTION_LABEL:
		return expand_pairs(b, in, err);
	case INSTRUCTION_ADD:
	case INSTRUCTION_COPY:
		return expand_files(b, in, err);
	case INSTRUCTION_RUN:
		return expand_options(b, in, err);
	case INSTRUCTION_EXPOSE:
		return expand_ports(b, in, err);
	case INSTRUCTION_STOPSIGNAL:
	case INSTRUCTION_USER:
	case INSTRUCTION_VOLUME:
	case INSTRUCTION_WORKDIR:
		return expand_args(b, in, err);
	case INSTRUCTION_UNKNOWN:
	case INSTRUCTION_CMD:
	case INSTRUCTION_ENTRYPOINT:
	case INSTRUCTION_FROM:
	case INSTRUCTION_HEALTHCHECK:
	case INSTRUCTION_MAINTAINER:
	case INSTRUCTION_ONBUILD:
	case INSTRUCTION_SHELL:
		break;
	}
	return 0;
}

/* The values found become those of the instruction. */
static int keep_values(struct builder *b, const struct instruction *in, struct err *err)
{
	struct scope_values *to = &b->values[in - b->df->instructions];
	struct scope_value *p;

	if (b->found.n) {
		p = arena_array(b->arena, b->found.n, sizeof *p);
		if (!p)
			return err_nomem(err);
		memcpy(p, b->found.p, b->found.n * sizeof *p);
		*to = (struct scope_values){p, b->found.n};
	}
	vec_cut(&b->found, 0);
	return 0;
}

/* The global part. */

/* "linux/arm64/v8" in parts; the operating system alone has no architecture. */
static void split_platform(struct str platform, struct str ret[3])
{
	ret[0] = ret[1] = ret[2] = STR("");
	for (int i = 0; i < 3; i++)
		if (!str_pull_until(&platform, '/', &ret[i]))
			break;
}

static int set_global(struct builder *b, const char *name, struct str value, struct err *err)
{
	const struct scope_argument *given = build_argument(b, str_of(name));

	return set(b, &b->globals, str_of(name), EXPAND_SET, given ? given->value : value, err);
}

static int set_platform(struct builder *b, const char *const names[5], struct str platform,
			struct err *err)
{
	struct str parts[3];
	int r;

	if (platform.n == 0)
		platform = STR("linux/amd64");
	split_platform(platform, parts);
	r = set_global(b, names[0], platform, err);
	for (int i = 0; r == 0 && i < 3; i++)
		r = set_global(b, names[i + 1], parts[i], err);
	return r < 0 ? r : set_global(b, names[4], STR(""), err);
}

static int set_predefined(struct builder *b, struct err *err)
{
	static const char *const build[] = {"BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT",
					    "BUILDOSVERSION"};
	static const char *const target[] = {"TARGETPLATFORM", "TARGETOS", "TARGETARCH",
					     "TARGETVARIANT", "TARGETOSVERSION"};
	const struct dockerfile *df = b->df;
	struct str stage = b->options->target_stage;
	int r = set_platform(b, build, b->options->build_platform, err);

	if (r == 0)
		r = set_platform(b, target, b->options->target_platform, err);
	if (stage.n == 0 && df->n_stages)
		stage = df->stages[df->n_stages - 1].id;
	if (stage.n == 0)
		stage = STR("default");
	return r < 0 ? r : set_global(b, "TARGETSTAGE", stage, err);
}

static int do_globals(struct builder *b, struct err *err)
{
	int r = set_predefined(b, err);

	for (size_t i = 0; r == 0 && i < b->df->n_global; i++) {
		const struct instruction *in = &b->df->instructions[i];

		if (in->keyword != INSTRUCTION_ARG)
			continue;
		r = do_arguments(b, &b->globals, in, err);
		if (r == 0)
			r = keep_values(b, in, err);
	}
	return r;
}

/* The stages. */

static int do_from(struct builder *b, size_t index, struct err *err)
{
	const struct dockerfile_stage *s = &b->df->stages[index];
	const struct dockerfile_flag *platform = instruction_flag(s->from, "platform");
	struct scope_value *v;
	int r = 0;

	if (s->image.text.p) {
		v = add_value(b, SCOPE_ARGUMENT, 0, s->image.span);
		if (!v)
			return err_nomem(err);
		r = expand(b, &b->globals, s->image.text, v, err);
		b->stages[index].image = v->text;
	}
	if (r == 0 && platform) {
		v = add_value(b, SCOPE_FLAG, (size_t)(platform - s->from->flags), s->platform.span);
		if (!v)
			return err_nomem(err);
		r = expand(b, &b->globals, s->platform.text, v, err);
		b->stages[index].platform = v->text;
	}
	return r < 0 ? r : keep_values(b, s->from, err);
}

/* Puts a stage below the one it is built on. */
static void hang(struct builder *b, uint32_t index, uint32_t base)
{
	struct branch *parent = &b->branches[base];

	if (parent->child == DOCKERFILE_GLOBAL)
		parent->child = index;
	else
		b->branches[parent->last_child].next = index;
	parent->last_child = index;
}

/* Expands each FROM and finds the earlier stage that it names, in the case it has. */
static int find_bases(struct builder *b, struct map *names, struct err *err)
{
	for (uint32_t i = 0; i < b->df->n_stages; i++) {
		struct scope_stage *s = &b->stages[i];
		const struct scope_stage *base;
		int r = do_from(b, i, err);

		if (r < 0)
			return r;
		base = map_get(names, s->image);
		s->base = base ? (uint32_t)(base - b->stages) : DOCKERFILE_GLOBAL;
		s->is_scratch = !base && str_is(s->image, "scratch");
		b->branches[i] =
			(struct branch){DOCKERFILE_GLOBAL, DOCKERFILE_GLOBAL, DOCKERFILE_GLOBAL, 0};
		if (base)
			hang(b, i, s->base);
		if (b->df->stages[i].id.n && map_put(names, b->df->stages[i].id, s) < 0)
			return err_nomem(err);
	}
	return 0;
}

/* What the image of a stage sets, before anything of this file does. */
static int set_image_env(struct builder *b, size_t index, struct err *err)
{
	const struct scope_options *o = b->options;
	struct scope_stage *s = &b->stages[index];
	struct str_list env = {0};
	int r = set(b, &b->variables, STR("PATH"), EXPAND_SET, STR(PATH_UNIX), err);

	s->env_is_known = s->is_scratch;
	if (!s->is_scratch && o->image_env)
		s->env_is_known = o->image_env(o->context, &b->df->stages[index], &env);
	for (size_t i = 0; r == 0 && i < env.n; i++) {
		struct str name = env.p[i], value = STR("");

		(void)str_cut(env.p[i], '=', &name, &value); /* without '=' it is empty */
		r = set(b, &b->variables, name, EXPAND_SET, value, err);
	}
	return r;
}

static int enter(struct builder *b, uint32_t index, struct err *err)
{
	const struct dockerfile_stage *s = &b->df->stages[index];
	uint32_t base = b->stages[index].base;
	int r = 0;

	b->branches[index].mark = b->changes.n;
	if (base == DOCKERFILE_GLOBAL)
		r = set_image_env(b, index, err);
	else
		b->stages[index].env_is_known = b->stages[base].env_is_known;
	for (size_t i = 0; r == 0 && i < s->n; i++) {
		r = do_instruction(b, &s->instructions[i], err);
		if (r == 0)
			r = keep_values(b, &s->instructions[i], err);
	}
	return r;
}

static void leave(struct builder *b, uint32_t index)
{
	size_t mark = b->branches[index].mark;

	for (size_t i = b->changes.n; i-- > mark;) {
		const struct change *c = vec_at(&b->changes, i);

		*c->variable = c->before;
	}
	vec_cut(&b->changes, mark);
}

/* The next stage to enter once that one and all upon it are done: leaves them on the way. */
static uint32_t next_stage(struct builder *b, uint32_t index)
{
	while (index != DOCKERFILE_GLOBAL) {
		leave(b, index);
		if (b->branches[index].next != DOCKERFILE_GLOBAL)
			return b->branches[index].next;
		index = b->stages[index].base;
	}
	return DOCKERFILE_GLOBAL;
}

/*
 * A stage starts with what its base ends with: the tree is walked depth first, and what a stage
 * changed is taken back behind the last that is built on it. So each instruction is looked at once.
 */
static int do_tree(struct builder *b, uint32_t root, struct err *err)
{
	uint32_t at = root;
	int r = 0;

	while (r == 0 && at != DOCKERFILE_GLOBAL) {
		r = enter(b, at, err);
		at = b->branches[at].child != DOCKERFILE_GLOBAL ? b->branches[at].child
								: next_stage(b, at);
	}
	return r;
}

static int do_stages(struct builder *b, struct err *err)
{
	struct map names;
	int r;

	map_init(&names, LIMIT_DOCKERFILE_INSTRUCTIONS);
	r = find_bases(b, &names, err);
	map_done(&names);
	for (uint32_t i = 0; r == 0 && i < b->df->n_stages; i++)
		if (b->stages[i].base == DOCKERFILE_GLOBAL)
			r = do_tree(b, i, err);
	return r;
}

static int build(struct builder *b, const struct dockerfile_scope **ret, struct err *err)
{
	struct dockerfile_scope *scope = arena_alloc(b->arena, sizeof *scope);
	int r;

	b->values = arena_array(b->arena, b->df->n_instructions, sizeof *b->values);
	b->stages = arena_array(b->arena, b->df->n_stages, sizeof *b->stages);
	b->branches = arena_array(b->arena, b->df->n_stages, sizeof *b->branches);
	if (arena_check(b->arena, err) < 0)
		return -ERR_NOMEM;
	r = do_globals(b, err);
	if (r == 0)
		r = do_stages(b, err);
	if (r < 0)
		return r;
	*scope = (struct dockerfile_scope){b->df, b->values, b->stages};
	*ret = scope;
	return arena_check(b->arena, err);
}

int dockerfile_scope_new(const struct dockerfile *df, const struct scope_options *options,
			 struct arena *a, const struct dockerfile_scope **ret, struct err *err)
{
	struct builder b = {
		.df = df,
		.options = options,
		.arena = a,
		.changes = VEC_INIT(struct change, LIMIT_DOCKERFILE_BYTES),
		.used = VEC_INIT(struct str, LIMIT_DOCKERFILE_BYTES),
		.undefined = VEC_INIT(struct str, LIMIT_DOCKERFILE_BYTES),
		.found = VEC_INIT(struct scope_value, LIMIT_DOCKERFILE_BYTES),
	};
	int r;

	map_init(&b.globals, LIMIT_DOCKERFILE_BYTES);
	map_init(&b.variables, LIMIT_DOCKERFILE_BYTES);
	b.expand = (struct expand){
		.escape = df->escape,
		.get = look_up,
		.context = &b,
		.arena = a,
		.used = &b.used,
		.undefined = &b.undefined,
	};
	r = build(&b, ret, err);
	map_done(&b.globals);
	map_done(&b.variables);
	vec_done(&b.changes);
	vec_done(&b.used);
	vec_done(&b.undefined);
	vec_done(&b.found);
	return r;
}

const struct scope_value *dockerfile_scope_find(const struct dockerfile_scope *scope, size_t at,
						enum scope_role role, uint32_t index)
{
	const struct scope_values *v = &scope->values[at];

	for (size_t i = 0; i < v->n; i++)
		if (v->p[i].role == role && v->p[i].index == index)
			return &v->p[i];
	return NULL;
}
