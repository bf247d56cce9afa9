/* SPDX-License-Identifier: Apache-2.0 */
#include "check/shellcheck.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/proc.h"
#include "base/vec.h"
#include "check/shellcheck_cache.h"
#include "codec/json.h"

#define FD_PATH "/dev/fd/"
#define ABSENT	"ShellCheck is not installed"

/* A line in front of each script says which variables are set outside; #! stays the first. */
struct handed {
	size_t script;		 /* index in the caller's array */
	int fd;			 /* -1: none */
	struct digest_value key; /* with a cache */
	size_t extra_line;	 /* the number of that line; 0: there is none */
};

struct group {
	struct handed handed[LIMIT_SHELLCHECK_SCRIPTS];
	size_t n;
	enum shell_dialect dialect;
};

struct asking {
	const struct shellcheck_script *scripts;
	size_t n;
	const char *program;
	uint64_t deadline_ms;
	struct arena *arena;
	struct shellcheck_answer *answer;
	struct shellcheck_cache *cache; /* NULL: none */
	struct vec said;		/* struct shellcheck_said */
};

static void group_done(struct group *g)
{
	for (size_t i = 0; i < g->n; i++)
		fd_closep(&g->handed[i].fd);
	g->n = 0;
}

static void asking_done(struct asking *q)
{
	vec_done(&q->said);
}

/* The first reason stands for all. */
static int not_assessed(struct asking *q, const char *why, struct err *err)
{
	if (!q->answer->not_assessed.n)
		q->answer->not_assessed = arena_str(q->arena, str_of(why));
	return arena_check(q->arena, err);
}

/* --- what it is given --- */

static bool is_variable(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!char_is_alnum(name.p[i]) && name.p[i] != '_')
			return false;
	return name.n && !char_is_digit(name.p[0]);
}

static size_t first_line_length(struct str text)
{
	size_t end = str_find_char(text, '\n');

	return str_has_prefix(text, STR("#!")) ? end + (end < text.n) : 0;
}

static void write_text(const struct shellcheck_script *s, struct handed *h, struct strbuf *out)
{
	size_t first = first_line_length(s->text), start;

	strbuf_add(out, str_sub(s->text, 0, first));
	if (first && s->text.p[first - 1] != '\n')
		return; /* #! is all there is */
	start = out->n;
	for (size_t i = 0; i < s->n_variables; i++)
		if (is_variable(s->variables[i]))
			strbuf_addf(out, "%s %.*s=x", out->n == start ? "export" : "",
				    STR_FMT(s->variables[i]));
	if (out->n > start) {
		strbuf_adds(out, "\n");
		h->extra_line = first ? 2 : 1;
	}
	strbuf_add(out, str_skip(s->text, first));
}

/* A file without a name, above the descriptors that the program uses itself. */
static int make_file(struct str bytes, int *ret_fd, struct err *err)
{
	CLEANUP(fd_closep) int made = memfd_create("script", MFD_CLOEXEC);
	CLEANUP(fd_closep) int fd = made < 0 ? -1 : fcntl(made, F_DUPFD_CLOEXEC, 3);
	int r;

	if (fd < 0)
		return err_errno(err, errno, "a file for ShellCheck");
	r = fd_write_all(fd, bytes, err);
	if (r < 0)
		return r;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

/* What has been said of an equal script. */
static int say_again(struct asking *q, size_t script, const struct shellcheck_answers *answers,
		     struct err *err)
{
	for (size_t i = 0; i < answers->n; i++) {
		struct shellcheck_said *said = vec_push(&q->said);

		if (!said)
			return err_nomem(err);
		*said = answers->p[i];
		said->note.script = script;
		said->note.message = arena_str(q->arena, answers->p[i].note.message);
	}
	q->answer->n_assessed++;
	return arena_check(q->arena, err);
}

/* 1: its answer is known; 0: it has to be asked about; *ret_waits: an equal one is being. */
static int look_up(struct asking *q, size_t script, struct str text, const struct group *g,
		   struct handed *h, bool *ret_waits, struct err *err)
{
	struct shellcheck_answers answers;
	int r = shellcheck_key(g->dialect, text, &h->key, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < g->n; i++)
		*ret_waits |= digest_eq(&g->handed[i].key, &h->key);
	if (*ret_waits || !shellcheck_cache_get(q->cache, &h->key, &answers))
		return 0;
	r = say_again(q, script, &answers, err);
	return r < 0 ? r : 1;
}

/* *ret_waits: it is like one of the group, so that its answer will be known. */
static int hand_over(struct asking *q, size_t script, struct group *g, bool *ret_waits,
		     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(2 * LIMIT_SHELLCHECK_SCRIPT_BYTES);
	struct handed *h = &g->handed[g->n];
	int r;

	*h = (struct handed){.script = script, .fd = -1};
	write_text(&q->scripts[script], h, &text);
	r = strbuf_check(&text, err);
	if (r == 0 && q->cache)
		r = look_up(q, script, strbuf_str(&text), g, h, ret_waits, err);
	if (r != 0 || *ret_waits)
		return r < 0 ? r : 0;
	r = make_file(strbuf_str(&text), &h->fd, err);
	if (r == 0)
		g->n++;
	return r;
}

/* --- what it says --- */

static bool find_level(struct str name, enum shellcheck_level *ret)
{
	static const char *const names[] = {"error", "warning", "info", "style"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_is(name, names[i])) {
			*ret = (enum shellcheck_level)i;
			return true;
		}
	return false;
}

static const struct handed *find_handed(const struct group *g, struct str file)
{
	uint64_t fd;

	if (!str_pull_prefix(&file, STR(FD_PATH)) || !str_parse_u64(file, &fd))
		return NULL;
	for (size_t i = 0; i < g->n; i++)
		if ((uint64_t)g->handed[i].fd == fd)
			return &g->handed[i];
	return NULL;
}

static bool get_count(const struct json *comment, const char *key, uint64_t *ret)
{
	int64_t value;

	if (!json_get_int(comment, key, &value) || value < 1)
		return false;
	*ret = (uint64_t)value;
	return true;
}

/* Without the line that was put in; false: it is in that line. */
static bool take_out_line(uint64_t *line, size_t extra_line)
{
	if (extra_line && *line == extra_line)
		return false;
	if (extra_line && *line > extra_line)
		--*line;
	return true;
}

static int take_comment(struct asking *q, const struct group *g, const struct json *comment,
			struct err *err)
{
	const struct handed *h = find_handed(g, json_get_str(comment, "file"));
	struct shellcheck_said said = {0}, *kept;
	uint64_t code;

	if (!h || !get_count(comment, "line", &said.line) ||
	    !get_count(comment, "column", &said.column) || !get_count(comment, "code", &code) ||
	    !find_level(json_get_str(comment, "level"), &said.note.level))
		return err_set(err, ERR_FORMAT, "a comment without its place, code or level");
	if (!get_count(comment, "endLine", &said.end_line) ||
	    !get_count(comment, "endColumn", &said.end_column)) {
		said.end_line = said.line;
		said.end_column = said.column;
	}
	if (!take_out_line(&said.line, h->extra_line))
		return 0;
	if (!take_out_line(&said.end_line, h->extra_line))
		said.end_line = said.line;
	said.note.script = h->script;
	said.note.code = (unsigned)code;
	said.note.message = arena_str(q->arena, json_get_str(comment, "message"));
	kept = vec_push(&q->said);
	if (!kept || !said.note.message.p)
		return err_nomem(err);
	*kept = said;
	return 0;
}

static int take_answer(struct asking *q, const struct group *g, struct str output, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	const struct json *comments;
	int r = json_parse(output, &doc, err);

	if (r < 0)
		return r;
	comments = json_get(doc, "comments");
	if (json_kind_of(comments) != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "no list of comments");
	for (size_t i = 0; i < json_len(comments) && r == 0; i++)
		r = take_comment(q, g, json_at(comments, i), err);
	return r;
}

/* --- one run --- */

static unsigned seconds_left(const struct asking *q)
{
	uint64_t now = clock_monotonic_ms();

	return now < q->deadline_ms ? (unsigned)((q->deadline_ms - now + 999) / 1000) : 0;
}

static int run(struct asking *q, const struct group *g, struct strbuf *output, int *ret_status,
	       struct err *err)
{
	static const char *const dialects[] = {"sh", "bash", "dash", "ksh"};
	char paths[LIMIT_SHELLCHECK_SCRIPTS][24];
	const char *argv[LIMIT_SHELLCHECK_SCRIPTS + 8] = {
		q->program, "--norc", "-f", "json1", "-s", dialects[g->dialect],
	};
	int fds[LIMIT_SHELLCHECK_SCRIPTS];
	struct proc p = {.argv = argv, .seconds = seconds_left(q), .fds = fds, .n_fds = g->n};

	for (size_t i = 0; i < g->n; i++) {
		fds[i] = g->handed[i].fd;
		(void)snprintf(paths[i], sizeof paths[i], FD_PATH "%d", fds[i]);
		argv[6 + i] = paths[i];
	}
	if (p.seconds == 0)
		return err_set(err, ERR_LIMIT, "%s did not end in time", q->program);
	return proc_run(&p, output, ret_status, err);
}

/* `from`: the first note of the group; those of one script need not stand together. */
static int keep_answers(struct asking *q, const struct group *g, size_t from, struct err *err)
{
	struct vec mine = VEC_INIT(struct shellcheck_said, LIMIT_FINDINGS);
	bool ok = true;

	for (size_t i = 0; ok && i < g->n; i++) {
		vec_cut(&mine, 0);
		for (size_t k = from; ok && k < q->said.n; k++) {
			const struct shellcheck_said *said = vec_at(&q->said, k);
			struct shellcheck_said *slot =
				said->note.script == g->handed[i].script ? vec_push(&mine) : NULL;

			if (slot)
				*slot = *said;
			ok = slot || said->note.script != g->handed[i].script;
		}
		if (ok)
			shellcheck_cache_put(q->cache, &g->handed[i].key, mine.p, mine.n);
	}
	vec_done(&mine);
	return ok ? 0 : err_nomem(err);
}

/* What it was asked and did not answer is the reason, not the error. */
static int ask(struct asking *q, const struct group *g, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf output = STRBUF_INIT(LIMIT_SHELLCHECK_BYTES);
	struct err why = {0};
	size_t from = q->said.n;
	int status = 0, r = run(q, g, &output, &status, &why);

	if (r == -ERR_NOT_FOUND && q->cache)
		shellcheck_cache_set_absent(q->cache);
	if (r == -ERR_NOT_FOUND)
		return not_assessed(q, ABSENT, err);
	if (r == 0 && status > 2)
		r = err_set(&why, ERR_IO, "%s: exit status %d", q->program, status);
	if (r == 0) {
		r = take_answer(q, g, strbuf_str(&output), &why);
		if (r < 0)
			err_wrap(&why, r, "the answer of %s", q->program);
	}
	if (r == -ERR_NOMEM)
		return err_nomem(err);
	if (r < 0)
		return not_assessed(q, why.msg, err);
	if (status == 2)
		return not_assessed(q, "ShellCheck could not read some of the scripts", err);
	q->answer->n_assessed += g->n;
	return q->cache ? keep_answers(q, g, from, err) : 0;
}

static int ask_group(struct asking *q, struct group *g, struct err *err)
{
	int r = g->n ? ask(q, g, err) : 0;

	group_done(g);
	return r;
}

/* Those that wait for an equal one are looked at again when it was asked about. */
static int ask_once(struct asking *q, struct group *g, const size_t *waits, size_t n_waits,
		    struct err *err)
{
	int r = ask_group(q, g, err);

	for (size_t i = 0; r == 0 && i < n_waits; i++) {
		bool still = false;

		r = hand_over(q, waits[i], g, &still, err);
	}
	return r < 0 ? r : ask_group(q, g, err); /* what was not answered, or could not be kept */
}

static int ask_about(struct asking *q, enum shell_dialect dialect, struct err *err)
{
	CLEANUP(group_done) struct group g = {.dialect = dialect};
	size_t waits[LIMIT_SHELLCHECK_SCRIPTS], n_waits = 0;
	struct err why = {0};
	int r = 0;

	for (size_t i = 0; i < q->n && r == 0; i++) {
		bool wait = false;

		if (q->scripts[i].dialect != dialect)
			continue;
		if (q->scripts[i].text.n > LIMIT_SHELLCHECK_SCRIPT_BYTES) {
			r = not_assessed(q, "a script larger than shellcheck_script_bytes", err);
			continue;
		}
		r = hand_over(q, i, &g, &wait, &why);
		if (r < 0)
			return r == -ERR_NOMEM ? err_nomem(err) : not_assessed(q, why.msg, err);
		if (wait)
			waits[n_waits++] = i;
		if (g.n == LIMIT_SHELLCHECK_SCRIPTS || n_waits == LIMIT_SHELLCHECK_SCRIPTS) {
			r = ask_once(q, &g, waits, n_waits, err);
			n_waits = 0;
		}
	}
	return r < 0 ? r : ask_once(q, &g, waits, n_waits, err);
}

/* --- places --- */

static int compare_scripts(const void *a, const void *b)
{
	const struct shellcheck_said *x = a, *y = b;

	return (x->note.script > y->note.script) - (x->note.script < y->note.script);
}

static int compare_notes(const void *a, const void *b)
{
	const struct shellcheck_note *x = &((const struct shellcheck_said *)a)->note;
	const struct shellcheck_note *y = &((const struct shellcheck_said *)b)->note;

	if (x->script != y->script)
		return x->script < y->script ? -1 : 1;
	if (x->span.at != y->span.at)
		return x->span.at < y->span.at ? -1 : 1;
	if (x->span.end != y->span.end)
		return x->span.end < y->span.end ? -1 : 1;
	if (x->code != y->code)
		return x->code < y->code ? -1 : 1;
	return str_cmp(x->message, y->message);
}

/* Where the code points of a text start, and of its lines which is the first. */
struct places {
	struct vec points; /* uint32_t, the end too */
	struct vec lines;  /* uint32_t into points */
};

static void places_done(struct places *p)
{
	vec_done(&p->points);
	vec_done(&p->lines);
}

static bool add_number(struct vec *v, size_t n)
{
	uint32_t *slot = vec_push(v);

	if (slot)
		*slot = (uint32_t)n;
	return slot != NULL;
}

static bool find_places(struct str text, struct places *p)
{
	bool ok = add_number(&p->lines, 0);

	for (size_t i = 0; i < text.n && ok; i++) {
		if (((unsigned char)text.p[i] & 0xc0) == 0x80)
			continue; /* inside of a code point */
		ok = add_number(&p->points, i);
		if (ok && text.p[i] == '\n')
			ok = add_number(&p->lines, p->points.n);
	}
	return ok && add_number(&p->points, text.n);
}

/* What is behind the text is its end. */
static size_t offset_of(const struct places *p, uint64_t line, uint64_t column)
{
	const uint32_t *first = line - 1 < p->lines.n ? vec_at(&p->lines, line - 1) : NULL;
	const uint32_t *end = vec_at(&p->points, p->points.n - 1), *at;

	if (!first || column - 1 >= p->points.n - *first)
		return *end;
	at = vec_at(&p->points, *first + (size_t)(column - 1));
	return *at;
}

static void place(struct shellcheck_said *said, const struct shellcheck_script *s,
		  const struct places *p)
{
	size_t at = offset_of(p, said->line, said->column);
	size_t end = offset_of(p, said->end_line, said->end_column);
	size_t origin = text_map_origin(s->map, at);

	said->note.span = (struct shell_span){origin, origin};
	if (end > at)
		said->note.span.end = text_map_origin(s->map, end - 1) + 1;
}

static int place_script(struct asking *q, size_t *i, struct err *err)
{
	const struct shellcheck_said *first = vec_at(&q->said, *i);
	const struct shellcheck_script *s = &q->scripts[first->note.script];
	CLEANUP(places_done)
	struct places p = {
		.points = VEC_INIT(uint32_t, LIMIT_SHELLCHECK_SCRIPT_BYTES + 2),
		.lines = VEC_INIT(uint32_t, LIMIT_SHELLCHECK_SCRIPT_BYTES + 2),
	};
	size_t script = first->note.script;

	if (!find_places(s->text, &p))
		return err_nomem(err);
	for (; *i < q->said.n; ++*i) {
		struct shellcheck_said *said = vec_at(&q->said, *i);

		if (said->note.script != script)
			break;
		place(said, s, &p);
	}
	return 0;
}

static int keep_notes(struct asking *q, struct err *err)
{
	struct shellcheck_note *notes;
	size_t i = 0;
	int r = 0;

	vec_sort(&q->said, compare_scripts);
	while (i < q->said.n && r == 0)
		r = place_script(q, &i, err);
	if (r < 0 || q->said.n == 0)
		return r;
	vec_sort(&q->said, compare_notes);
	notes = arena_array(q->arena, q->said.n, sizeof *notes);
	if (!notes)
		return err_nomem(err);
	for (i = 0; i < q->said.n; i++)
		notes[i] = ((struct shellcheck_said *)vec_at(&q->said, i))->note;
	q->answer->notes = notes;
	q->answer->n_notes = q->said.n;
	return 0;
}

int shellcheck_run(const struct shellcheck_script *scripts, size_t n,
		   const struct shellcheck_options *o, struct arena *a,
		   struct shellcheck_answer *ret, struct err *err)
{
	unsigned seconds = o->seconds ? o->seconds : LIMIT_SHELLCHECK_SECONDS;
	struct shellcheck_answer answer = {0};
	CLEANUP(asking_done)
	struct asking q = {
		.scripts = scripts,
		.n = n,
		.program = o->program ? o->program : "shellcheck",
		.deadline_ms = clock_monotonic_ms() + seconds * 1000ULL,
		.arena = a,
		.answer = &answer,
		.cache = o->cache,
		.said = VEC_INIT(struct shellcheck_said, LIMIT_FINDINGS),
	};
	int r = 0;

	if (q.cache && n && shellcheck_cache_is_absent(q.cache)) {
		answer.not_assessed = STR(ABSENT);
		*ret = answer;
		return 0;
	}
	for (int d = SHELL_SH; d <= SHELL_KSH && r == 0; d++)
		r = ask_about(&q, (enum shell_dialect)d, err);
	if (r == 0)
		r = keep_notes(&q, err);
	if (r == 0)
		*ret = answer;
	return r;
}
