/* SPDX-License-Identifier: Apache-2.0 */
#include "closure/closure.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "closure/closure_internal.h"

#define DEFAULT_PATH STR("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
#define TREE_DEPTH   32
#define VALUE_MAX    65536
#define GAPS_COUNTED 3

/* ---- what is needed ---- */

static void mark(struct closure *c, struct place *p)
{
	while (p && !p->is_needed) {
		p->is_needed = true;
		if (p->hit.layer < c->in->merge->n)
			c->marks[p->hit.layer][p->hit.node / 8] |= (uint8_t)(1u << p->hit.node % 8);
		if (place_is_file(p) && !p->next)
			c->marks[p->file.layer][p->file.node / 8] |=
				(uint8_t)(1u << p->file.node % 8);
		mark(c, (struct place *)p->dir); /* ours; as deep as a path */
		p = (struct place *)p->next;
	}
}

static void enqueue(struct queue *q, struct need *n)
{
	if (q->last)
		q->last->later = n;
	else
		q->first = n;
	q->last = n;
}

static struct need *dequeue(struct queue *q)
{
	struct need *n = q->first;

	if (n) {
		q->first = n->later;
		if (!q->first)
			q->last = NULL;
		n->later = NULL;
	}
	return n;
}

static struct need *new_need(struct closure *c, struct place *end, const struct need *by,
			     struct str why)
{
	struct need **slot = vec_push(&c->needs);
	struct need *n = slot ? arena_alloc(&c->temp, sizeof *n) : NULL;

	if (!n) {
		c->no_memory = true;
		vec_cut(&c->needs, c->needs.n - (slot != NULL));
		return NULL;
	}
	*slot = n;
	n->place = end;
	n->by = by;
	n->why = arena_str(c->arena, why);
	end->need = n;
	return n;
}

static void need_as(struct closure *c, struct place *p, const struct need *by, struct str why,
		    bool is_assumed)
{
	struct place *end = place_end(p);
	struct need *n;

	if (!end || !end->exists)
		return;
	is_assumed |= c->is_assuming;
	n = end->need;
	if (!n) {
		n = new_need(c, end, by, why);
		if (!n)
			return;
		n->is_assumed = is_assumed;
		enqueue(is_assumed ? &c->assumed : &c->sure, n);
	} else if (n->is_assumed && !is_assumed) { /* waits still: now it is sure */
		n->is_assumed = false;
		n->by = by;
		n->why = arena_str(c->arena, why);
	}
	mark(c, p);
}

void need(struct closure *c, struct place *p, const struct need *by, struct str why)
{
	if (place_is_file(p))
		need_as(c, p, by, why, false);
}

void assume(struct closure *c, struct place *p, const struct need *by, struct str why)
{
	if (place_is_file(p))
		need_as(c, p, by, why, true);
}

struct str join(struct closure *c, struct str dir, struct str name)
{
	return arena_strf(&c->temp, "%.*s/%.*s", STR_FMT(dir), STR_FMT(name));
}

static void assume_below(struct closure *c, struct place *dir, const struct need *by,
			 struct str why, const char *but, unsigned depth)
{
	struct str_list names = place_names(c, dir);

	if (depth == TREE_DEPTH) {
		gap(c, by, STR("folders within each other, too deep to be followed"), 0.95);
		return;
	}
	for (size_t i = 0; i < names.n; i++) {
		struct place *p = place_below(c, place_end(dir)->path, names.p[i]);

		if (place_is_file(p))
			assume(c, p, by, why);
		else if (place_is_dir(p) && p == place_end(p) && !(but && str_is(names.p[i], but)))
			assume_below(c, p, by, why, but, depth + 1);
	}
}

void assume_tree(struct closure *c, struct place *dir, const struct need *by, struct str why,
		 const char *but)
{
	struct place *end = place_end(dir);

	if (!place_is_dir(dir))
		return;
	mark(c, dir);
	if (end->is_tree || (but && end->is_tree_but_some))
		return;
	end->is_tree |= !but;
	end->is_tree_but_some = true;
	assume_below(c, dir, by, why, but, 0);
}

void gap(struct closure *c, const struct need *by, struct str what, double factor)
{
	struct needs_gap *g;

	if (by && (by->is_assumed || c->is_assuming))
		factor = 1 - (1 - factor) / 4;
	if (by != c->gap_by)
		c->n_gaps_by = 0;
	c->gap_by = by;
	if (c->n_gaps_by++ < GAPS_COUNTED)
		c->confidence *= factor; /* more of the same file say no more */
	g = vec_push(&c->gaps);
	if (!g) {
		c->n_gaps_unlisted++;
		return;
	}
	g->path = by ? arena_str(c->arena, by->place->path) : STR_NULL;
	g->what = arena_str(c->arena, what);
}

/* ---- the environment ---- */

struct str closure_env(const struct closure *c, const char *name)
{
	struct str value = STR_NULL, key, rest;

	for (size_t i = 0; i < c->env.n; i++)
		if (str_cut(c->env.p[i], '=', &key, &rest) && str_is(key, name))
			value = rest;
	return value;
}

static struct str env_of(const struct closure *c, struct str name)
{
	struct str value = STR_NULL, key, rest;

	for (size_t i = 0; i < c->env.n; i++)
		if (str_cut(c->env.p[i], '=', &key, &rest) && str_eq(key, name))
			value = rest;
	return value;
}

bool closure_expand(struct closure *c, struct str text, struct str *ret)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(VALUE_MAX);
	struct str rest = text;

	*ret = text;
	if (str_find(text, STR("${")) == text.n)
		return true;
	while (rest.n) {
		size_t at = str_find(rest, STR("${"));
		struct str inner, value, name, or_else = STR_NULL;
		size_t end;

		strbuf_add(&sb, str_sub(rest, 0, at));
		rest = str_skip(rest, at);
		if (rest.n == 0)
			break;
		end = str_find_char(rest, '}');
		if (end == rest.n)
			return false;
		inner = str_sub(rest, 2, end - 2);
		name = str_sub(inner, 0, str_find(inner, STR(":-")));
		if (name.n < inner.n)
			or_else = str_skip(inner, name.n + 2);
		value = env_of(c, name);
		if (value.n == 0)
			value = or_else;
		if (value.n == 0 && name.n == inner.n)
			return false;
		strbuf_add(&sb, value);
		rest = str_skip(rest, end + 1);
	}
	*ret = arena_str(&c->temp, strbuf_str(&sb));
	return !sb.error && ret->p;
}

static void read_environment(struct closure *c)
{
	c->env = c->report->image.env;
	c->path = closure_env(c, "PATH");
	if (c->path.n == 0)
		c->path = DEFAULT_PATH;
	c->ld_path = closure_env(c, "LD_LIBRARY_PATH");
	c->workdir = c->report->image.working_dir;
	if (c->workdir.n == 0)
		c->workdir = STR("/");
}

/* ---- the commands ---- */

static void add_quoted(struct strbuf *sb, struct str word)
{
	strbuf_adds(sb, sb->n ? " '" : "'");
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] == '\'')
			strbuf_adds(sb, "'\\''");
		else
			strbuf_addc(sb, word.p[i]);
	strbuf_addc(sb, '\'');
}

static struct str quoted(struct closure *c, struct str_list words)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(VALUE_MAX * 4);

	for (size_t i = 0; i < words.n; i++)
		add_quoted(&sb, words.p[i]);
	return sb.error ? STR_NULL : arena_str(c->arena, strbuf_str(&sb));
}

static struct str_list joined(struct closure *c, struct str_list a, struct str_list b)
{
	struct str *p = arena_array(&c->temp, a.n + b.n + 1, sizeof *p);

	if (!p)
		return (struct str_list){0};
	for (size_t i = 0; i < a.n; i++)
		p[i] = a.p[i];
	for (size_t i = 0; i < b.n; i++)
		p[a.n + i] = b.p[i];
	return (struct str_list){p, a.n + b.n};
}

/* Its test is joined by blanks in the report: "CMD-SHELL curl -f x", "CMD /bin/x -y". */
static struct str healthcheck(const struct closure *c)
{
	struct str test = c->report->image.healthcheck;

	if (str_pull_prefix(&test, STR("CMD-SHELL ")) || str_pull_prefix(&test, STR("CMD ")))
		return test;
	return STR_NULL;
}

static void follow_configuration(struct closure *c, struct str *commands, size_t *n)
{
	const struct report_image *image = &c->report->image;
	struct str_list all = joined(c, image->entrypoint, image->cmd);
	struct str check = healthcheck(c);

	if (all.n) {
		/* What exec "$@" runs: the words behind the program itself. */
		c->arguments = (struct str_list){all.p + 1, all.n - 1};
		commands[(*n)++] = quoted(c, all);
		follow_command_line(c, commands[*n - 1],
				    image->entrypoint.n ? STR("entrypoint") : STR("command"));
	}
	if (check.n) {
		if (str_has_prefix(image->healthcheck, STR("CMD-SHELL")))
			follow_command(c, NULL, STR("/bin/sh"), true);
		commands[(*n)++] = check;
		follow_command_line(c, check, STR("health check"));
	}
}

/* ---- the queue ---- */

static void follow(struct closure *c, struct need *n)
{
	struct program p;

	if (!place_program(c, n->place, &p))
		return;
	if (p.flags & PROGRAM_PARTIAL)
		gap(c, n, STR("not all of it could be read"), 0.95);
	switch (p.kind) {
	case PROGRAM_ELF:
		follow_elf(c, n, &p);
		break;
	case PROGRAM_PYTHON:
		follow_python(c, n, &p);
		break;
	case PROGRAM_NODE:
		follow_node(c, n, &p);
		break;
	case PROGRAM_PERL:
		follow_perl(c, n, &p);
		break;
	case PROGRAM_NPM:
		break; /* closure_node.c asks it */
	case PROGRAM_SHELL:
	case PROGRAM_RUBY:
	case PROGRAM_PHP:
	case PROGRAM_JAR:
	case PROGRAM_CONFIG:
	case PROGRAM_OTHER:
		follow_script(c, n, &p);
		break;
	}
}

static void run_queues(struct closure *c)
{
	for (;;) {
		struct need *n = dequeue(&c->sure);

		if (!n)
			n = dequeue(&c->assumed);
		if (!n || c->no_memory || c->is_exhausted)
			return;
		c->is_assuming = n->is_assumed;
		follow(c, n);
		c->is_assuming = false;
	}
}

static void follow_all(struct closure *c, struct report_needs *ret)
{
	struct str *commands = arena_array(c->arena, 4, sizeof *commands);
	size_t n = 0;

	if (!commands) {
		c->no_memory = true;
		return;
	}
	if (c->in->run.n) {
		commands[n++] = arena_str(c->arena, c->in->run);
		follow_command_line(c, c->in->run, STR("command"));
	} else {
		follow_configuration(c, commands, &n);
	}
	ret->commands = (struct str_list){commands, n};
	for (size_t i = 0; i < c->in->keep.n; i++) {
		struct place *p = place_find(c, c->in->keep.p[i]);

		need(c, p, NULL, STR("--keep"));
		if (place_is_dir(p))
			assume_tree(c, p, NULL, STR("--keep"), NULL);
		else if (!p)
			gap(c, NULL,
			    arena_strf(&c->temp, "--keep %.*s: is not in the image",
				       STR_FMT(c->in->keep.p[i])),
			    1);
	}
	run_queues(c);
}

static int say_unknown(struct closure *c, struct report_needs *ret, const char *reason)
{
	ret->state = NEEDS_UNKNOWN;
	ret->reason = arena_str(c->arena, str_of(reason));
	return 0;
}

static bool all_layers_read(const struct closure *c)
{
	for (size_t i = 0; i < c->in->merge->n; i++)
		if (!c->view.trees[i])
			return false;
	return true;
}

static int find(struct closure *c, struct report_needs *ret, struct err *err)
{
	int r = places_init(c, err);

	if (r < 0)
		return r;
	read_environment(c);
	follow_all(c, ret);
	if (c->no_memory || c->temp.failed)
		return err_nomem(err);
	if (c->is_exhausted)
		return say_unknown(c, ret, "following it took more steps than needs_steps");
	if (ret->commands.n == 0)
		return say_unknown(c, ret, "the target names no command to run");
	if (c->needs.n == 0)
		return say_unknown(c, ret, "the command is not in the image");
	if (!all_layers_read(c))
		return say_unknown(c, ret, "not all layers could be read");
	ret->state = NEEDS_FOUND;
	c->max_steps = UINT64_MAX; /* from here on each file is looked at once */
	return closure_sum(c, err);
}

int closure_find(const struct closure_input *in, struct report *report, struct err *err)
{
	struct closure c = {
		.in = in,
		.report = report,
		.arena = &report->arena,
		.view = merge_view(in->merge),
		.confidence = 1,
		.max_steps = LIMIT_NEEDS_STEPS,
		.needs = VEC_INIT(struct need *, LIMIT_LAYER_ENTRIES),
		.gaps = VEC_INIT(struct needs_gap, LIMIT_NEEDS_GAPS),
	};
	int r;

	arena_init(&c.temp, LIMIT_ARENA_BYTES);
	r = find(&c, &report->needs, err);
	places_done(&c);
	vec_done(&c.needs);
	vec_done(&c.gaps);
	arena_done(&c.temp);
	return r;
}
