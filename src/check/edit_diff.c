/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shortest edit script between the lines of two texts, and how `diff -u` writes it.
 *
 * Algorithm: Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), the greedy one, with
 * a bound on D. Format: POSIX.1-2017 diff, "Diff -u Output Format"; names with odd bytes are quoted
 * as git does, so that git apply and patch take it.
 */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "check/edit.h"

#define CHANGES_MAX 1000 /* lines taken away or added that are looked for */
#define AROUND	    3

struct text {
	struct vec lines; /* struct str, each with its end */
	bool *changed;	  /* taken away, added */
};

struct diff {
	struct text a, b;
	size_t head, tail; /* lines that are the same at both ends */
};

static struct str line_at(const struct text *t, size_t i)
{
	return *(const struct str *)vec_at(&t->lines, i);
}

static int split(struct text *t, struct str s, struct err *err)
{
	t->lines = (struct vec)VEC_INIT(struct str, SIZE_MAX);
	while (s.n) {
		size_t n = str_find_char(s, '\n');
		struct str *line = vec_push(&t->lines);

		if (!line)
			return err_nomem(err);
		n = n < s.n ? n + 1 : s.n;
		*line = str_sub(s, 0, n);
		s = str_skip(s, n);
	}
	t->changed = calloc(t->lines.n + 1, sizeof *t->changed);
	return t->changed ? 0 : err_nomem(err);
}

static void trim(struct diff *d)
{
	size_t n = d->a.lines.n < d->b.lines.n ? d->a.lines.n : d->b.lines.n;

	while (d->head < n && str_eq(line_at(&d->a, d->head), line_at(&d->b, d->head)))
		d->head++;
	while (d->tail < n - d->head && str_eq(line_at(&d->a, d->a.lines.n - 1 - d->tail),
					       line_at(&d->b, d->b.lines.n - 1 - d->tail)))
		d->tail++;
}

static void mark_all(const struct diff *d)
{
	for (size_t i = d->head; i < d->a.lines.n - d->tail; i++)
		d->a.changed[i] = true;
	for (size_t i = d->head; i < d->b.lines.n - d->tail; i++)
		d->b.changed[i] = true;
}

/* Where to go down (a line added) from diagonal k with `steps` changes. */
static bool is_down(const int *v, int k, int steps)
{
	return k == -steps || (k != steps && v[k - 1] < v[k + 1]);
}

/* From the end back: v of each step is at rows + step * width. */
static void mark_path(const struct diff *d, const int *rows, size_t width, int steps, int x, int y)
{
	for (; steps > 0; steps--) {
		const int *v = rows + (size_t)(steps - 1) * width + CHANGES_MAX + 1;
		bool down = is_down(v, x - y, steps);
		int k = down ? x - y + 1 : x - y - 1;

		x = v[k];
		y = x - k;
		if (down)
			d->b.changed[d->head + (size_t)y] = true;
		else
			d->a.changed[d->head + (size_t)x] = true;
	}
}

static int compare(const struct diff *d, struct err *err)
{
	const size_t width = 2 * CHANGES_MAX + 3;
	int n = (int)(d->a.lines.n - d->head - d->tail),
	    m = (int)(d->b.lines.n - d->head - d->tail);
	CLEANUP(freep) int *rows = NULL;
	int *v = NULL;

	for (int steps = 0; steps <= CHANGES_MAX; steps++) {
		int *grown = realloc(rows, ((size_t)steps + 1) * width * sizeof *rows);

		if (!grown)
			return err_nomem(err);
		rows = grown;
		v = rows + (size_t)steps * width + CHANGES_MAX + 1;
		if (steps)
			memcpy(v - CHANGES_MAX - 1, v - CHANGES_MAX - 1 - width,
			       width * sizeof *rows);
		else
			memset(v - CHANGES_MAX - 1, 0, width * sizeof *rows);
		for (int k = -steps; k <= steps; k += 2) {
			int x = steps == 0 ? 0 : is_down(v, k, steps) ? v[k + 1] : v[k - 1] + 1;

			while (x < n && x - k < m && x - k >= 0 &&
			       str_eq(line_at(&d->a, d->head + (size_t)x),
				      line_at(&d->b, d->head + (size_t)(x - k))))
				x++;
			v[k] = x;
			if (k == n - m && x >= n) {
				mark_path(d, rows, width, steps, n, m);
				return 0;
			}
		}
	}
	mark_all(d);
	return 0;
}

/* ---- how it is written ---- */

static void add_name(struct strbuf *out, const char *front, struct str name)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4 * LIMIT_PATH_BYTES + 16);
	bool quoted = false;

	strbuf_adds(&sb, str_has_prefix(name, STR("/")) ? "" : front);
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if (c < 0x20 || c >= 0x7f)
			strbuf_addf(&sb, "\\%03o", c);
		else if (c == '"' || c == '\\')
			strbuf_addf(&sb, "\\%c", c);
		else
			strbuf_addc(&sb, (char)c);
		quoted |= c < 0x20 || c >= 0x7f || c == '"' || c == '\\';
	}
	strbuf_adds(out, quoted ? "\"" : "");
	strbuf_add(out, strbuf_str(&sb));
	strbuf_adds(out, quoted ? "\"\n" : "\n");
}

static void add_line(struct strbuf *out, char sign, struct str line)
{
	strbuf_addc(out, sign);
	strbuf_add(out, line);
	if (!str_has_suffix(line, STR("\n")))
		strbuf_adds(out, "\n\\ No newline at end of file\n");
}

/* Of a hunk: where it begins in both, and how many lines it has of each. */
struct hunk {
	size_t a, b, n_a, n_b;
};

static bool is_changed(const struct diff *d, size_t a, size_t b)
{
	return (a < d->a.lines.n && d->a.changed[a]) || (b < d->b.lines.n && d->b.changed[b]);
}

/* From the first change on until more than twice AROUND lines are the same. */
static struct hunk find_hunk(const struct diff *d, size_t a, size_t b, size_t before)
{
	struct hunk h = {.a = a - before, .b = b - before};
	size_t same = 0, end_a = a, end_b = b;

	while ((a < d->a.lines.n || b < d->b.lines.n) && same <= (size_t)2 * AROUND) {
		if (!is_changed(d, a, b)) {
			same++;
			a++;
			b++;
			continue;
		}
		same = 0;
		while (a < d->a.lines.n && d->a.changed[a])
			a++;
		while (b < d->b.lines.n && d->b.changed[b])
			b++;
		end_a = a;
		end_b = b;
	}
	for (size_t i = 0; i < AROUND && end_a < d->a.lines.n; i++) {
		end_a++;
		end_b++;
	}
	h.n_a = end_a - h.a;
	h.n_b = end_b - h.b;
	return h;
}

static void put_hunk(const struct diff *d, const struct hunk *h, struct strbuf *out)
{
	size_t a = h->a, b = h->b;

	strbuf_addf(out, "@@ -%zu,%zu +%zu,%zu @@\n", h->a + (h->n_a > 0), h->n_a,
		    h->b + (h->n_b > 0), h->n_b);
	while (a < h->a + h->n_a || b < h->b + h->n_b) {
		if (a < h->a + h->n_a && d->a.changed[a]) {
			add_line(out, '-', line_at(&d->a, a++));
		} else if (b < h->b + h->n_b && d->b.changed[b]) {
			add_line(out, '+', line_at(&d->b, b++));
		} else {
			add_line(out, ' ', line_at(&d->a, a++));
			b++;
		}
	}
}

static void put_hunks(const struct diff *d, struct strbuf *out)
{
	size_t a = 0, b = 0, same = 0;

	while (a < d->a.lines.n || b < d->b.lines.n) {
		struct hunk h;

		if (!is_changed(d, a, b)) {
			same++;
			a++;
			b++;
			continue;
		}
		h = find_hunk(d, a, b, same < AROUND ? same : AROUND);
		put_hunk(d, &h, out);
		a = h.a + h.n_a;
		b = h.b + h.n_b;
		same = 0;
	}
}

static int diff_make(struct diff *d, struct str before, struct str after, struct err *err)
{
	int r = split(&d->a, before, err);

	if (r == 0)
		r = split(&d->b, after, err);
	if (r < 0)
		return r;
	trim(d);
	return compare(d, err);
}

static void diff_done(struct diff *d)
{
	vec_done(&d->a.lines);
	vec_done(&d->b.lines);
	free(d->a.changed);
	free(d->b.changed);
}

/* Over the changed lines from *at on; their bytes. */
static size_t pass_changed(const struct text *t, size_t *at)
{
	size_t bytes = 0;

	while (*at < t->lines.n && t->changed[*at])
		bytes += line_at(t, (*at)++).n;
	return bytes;
}

static int put_edits(const struct diff *d, struct str after, struct edits *edits, struct err *err)
{
	size_t a = 0, b = 0, at = 0, from = 0;
	bool taken;
	int r = 0;

	while (r == 0 && (a < d->a.lines.n || b < d->b.lines.n)) {
		size_t gone, come;

		if (!is_changed(d, a, b)) {
			at += line_at(&d->a, a++).n;
			from += line_at(&d->b, b++).n;
			continue;
		}
		gone = pass_changed(&d->a, &a);
		come = pass_changed(&d->b, &b);
		r = edits_add(edits,
			      &(struct edit){.start = (uint32_t)at,
					     .end = (uint32_t)(at + gone),
					     .text = str_sub(after, from, come)},
			      1, &taken, err);
		at += gone;
		from += come;
	}
	return r;
}

int edits_find(struct str before, struct str after, struct edits *edits, struct err *err)
{
	struct diff d = {0};
	int r = str_eq(before, after) ? 0 : diff_make(&d, before, after, err);

	if (r == 0 && d.a.changed)
		r = put_edits(&d, after, edits, err);
	diff_done(&d);
	return r;
}

int edits_diff(struct str before, struct str after, struct str name, struct strbuf *out,
	       struct err *err)
{
	struct diff d = {0};
	int r;

	if (str_eq(before, after))
		return 0;
	r = diff_make(&d, before, after, err);
	if (r == 0) {
		strbuf_adds(out, "--- ");
		add_name(out, "a/", name);
		strbuf_adds(out, "+++ ");
		add_name(out, "b/", name);
		put_hunks(&d, out);
		r = strbuf_check(out, err);
	}
	diff_done(&d);
	return r;
}
