/* SPDX-License-Identifier: Apache-2.0 */
#include "browse/browser.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "browse/keys.h"
#include "browse/screen.h"
#include "browse/tree_rows.h"
#include "render/places.h"
#include "render/text.h"

#define PENDING_MAX   4096 /* bytes of keys that have not ended */
#define FILTER_MAX    256
#define TEXT_MAX      131072
#define UNFOLDED_ROWS 200 /* rows that a tree begins with, at most about */
#define NARROW	      64  /* columns below which one pane is shown at a time */
#define SMALL_COLUMNS 20
#define SMALL_LINES   5
#define FRAME_LINES   3 /* title, what the cursor is on, help */
#define SIZE_COLUMNS  8

enum pane { PANE_LAYERS, PANE_FILES };

struct browser {
	const struct browse_data *data;
	struct screen *screen;
	struct change_tree tree;
	struct tree_rows rows;
	size_t n_layers, layer, first_layer; /* first_layer: at the top of its window */
	uint32_t row, first_row;
	enum change_scope scope;
	enum pane pane;
	bool color, unicode, typing, help, by_size, only_changes, only_findings;
	struct strbuf pending, filter, text; /* text: one line at work */
};

/* ---- state ---- */

static uint32_t current_node(const struct browser *b)
{
	return b->row < b->rows.n ? b->rows.nodes[b->row] : 0;
}

static int make_rows(struct browser *b, uint32_t at, struct err *err)
{
	int r;

	b->rows.filter = strbuf_str(&b->filter);
	b->rows.by_size = b->by_size;
	b->rows.only_changes = b->only_changes;
	b->rows.only_findings = b->only_findings;
	r = tree_rows_make(&b->rows, err);
	if (r == 0)
		b->row = tree_rows_of(&b->rows, at);
	return r;
}

static int load(struct browser *b, struct err *err)
{
	int r;

	tree_rows_done(&b->rows);
	change_tree_done(&b->tree);
	b->row = b->first_row = 0;
	r = browse_tree(b->data, b->layer, b->scope, &b->tree, err);
	if (r == 0)
		r = tree_rows_init(&b->rows, &b->tree, err);
	if (r < 0)
		return r;
	tree_rows_unfold_some(&b->rows, UNFOLDED_ROWS);
	return make_rows(b, 0, err);
}

int browser_new(const struct browse_data *data, const struct browser_options *options,
		struct browser **ret, struct err *err)
{
	struct browser *b = calloc(1, sizeof *b);
	int r;

	if (!b)
		return err_nomem(err);
	b->data = data;
	b->n_layers = data->report->layers.n;
	b->layer = options->layer;
	b->color = options->color;
	b->unicode = options->unicode;
	b->pending.max = PENDING_MAX;
	b->filter.max = FILTER_MAX;
	b->text.max = TEXT_MAX;
	b->screen = screen_new();
	r = b->screen ? load(b, err) : err_nomem(err);
	if (r < 0)
		browser_free(b);
	else
		*ret = b;
	return r;
}

void browser_free(struct browser *b)
{
	if (!b)
		return;
	tree_rows_done(&b->rows);
	change_tree_done(&b->tree);
	screen_free(b->screen);
	strbuf_done(&b->pending);
	strbuf_done(&b->filter);
	strbuf_done(&b->text);
	free(b);
}

void browser_freep(struct browser **b)
{
	browser_free(*b);
}

void browser_size(struct browser *b, size_t columns, size_t lines)
{
	screen_size(b->screen, columns, lines);
}

bool browser_waits(const struct browser *b)
{
	return b->pending.n > 0;
}

/* ---- keys ---- */

static size_t window(const struct browser *b)
{
	return b->screen->lines > FRAME_LINES ? b->screen->lines - FRAME_LINES : 1;
}

static size_t moved(size_t at, size_t n, enum key_code code, size_t page)
{
	switch (code) {
	case KEY_UP:
		return at ? at - 1 : 0;
	case KEY_DOWN:
		return at + 1 < n ? at + 1 : at;
	case KEY_PAGE_UP:
		return at > page ? at - page : 0;
	case KEY_PAGE_DOWN:
		return n == 0 ? 0 : at + page < n ? at + page : n - 1;
	case KEY_HOME:
		return 0;
	case KEY_END:
		return n ? n - 1 : 0;
	default:
		return at;
	}
}

static int move(struct browser *b, enum key_code code, struct err *err)
{
	size_t layer;

	if (b->pane == PANE_FILES) {
		b->row = (uint32_t)moved(b->row, b->rows.n, code, window(b));
		return 0;
	}
	layer = moved(b->layer, b->n_layers, code, window(b));
	if (layer == b->layer)
		return 0;
	b->layer = layer;
	return load(b, err);
}

static int set_open(struct browser *b, bool open, struct err *err)
{
	uint32_t at = current_node(b);
	const struct change_node *n = &b->tree.nodes[at];

	if (at == 0 || b->pane == PANE_LAYERS)
		return 0;
	if (open && n->n == 0)
		return 0;
	/* To the left of what is closed is the directory it is in. */
	if (!open && (n->n == 0 || !b->rows.unfolded[at]) && n->parent) {
		b->row = tree_rows_of(&b->rows, n->parent);
		return 0;
	}
	tree_rows_unfold(&b->rows, at, open);
	return make_rows(b, at, err);
}

static int set_open_all(struct browser *b, bool open, struct err *err)
{
	uint32_t at = current_node(b);

	tree_rows_unfold_all(&b->rows, open);
	return make_rows(b, at, err);
}

static int flip(struct browser *b, bool *what, struct err *err)
{
	*what = !*what;
	return make_rows(b, current_node(b), err);
}

static int flip_scope(struct browser *b, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	uint32_t at;
	int r;

	change_tree_path(&b->tree, current_node(b), &path);
	b->scope = b->scope == CHANGES_IN_ALL ? CHANGES_OF_LAYER : CHANGES_IN_ALL;
	r = load(b, err);
	at = r == 0 ? change_tree_find(&b->tree, strbuf_str(&path)) : TREE_NONE;
	if (r < 0 || at == TREE_NONE || at == 0)
		return r;
	for (uint32_t up = b->tree.nodes[at].parent; up; up = b->tree.nodes[up].parent)
		tree_rows_unfold(&b->rows, up, true);
	return make_rows(b, at, err);
}

/* The next file below that has findings of its own, from the top again behind the last. */
static int next_finding(struct browser *b, struct err *err)
{
	uint32_t n = b->tree.n_nodes, from = current_node(b);
	int r;

	for (uint32_t i = 1; i <= n; i++) {
		uint32_t at = (from + i) % n;

		if (at == 0 || b->tree.nodes[at].n_findings == 0)
			continue;
		for (uint32_t up = b->tree.nodes[at].parent; up; up = b->tree.nodes[up].parent)
			tree_rows_unfold(&b->rows, up, true);
		r = make_rows(b, at, err);
		b->pane = PANE_FILES;
		return r;
	}
	return 0;
}

static int end_filter(struct browser *b, struct err *err)
{
	uint32_t at = current_node(b);

	b->typing = false;
	strbuf_reset(&b->filter);
	/* What was found stays in sight. */
	for (uint32_t up = b->tree.nodes[at].parent; at && up; up = b->tree.nodes[up].parent)
		tree_rows_unfold(&b->rows, up, true);
	return make_rows(b, at, err);
}

static int type(struct browser *b, const struct key *key, struct err *err)
{
	uint32_t at = current_node(b);

	switch (key->code) {
	case KEY_ENTER:
	case KEY_TAB:
		b->typing = false;
		b->pane = PANE_FILES;
		return 0;
	case KEY_ESCAPE:
		return end_filter(b, err);
	case KEY_BACKSPACE:
		while (b->filter.n && ((unsigned char)b->filter.p[b->filter.n - 1] & 0xc0) == 0x80)
			b->filter.n--;
		b->filter.n -= b->filter.n > 0;
		return make_rows(b, at, err);
	case KEY_TEXT:
		if (b->filter.n + key->text.n <= FILTER_MAX)
			strbuf_add(&b->filter, key->text);
		return make_rows(b, at, err);
	default:
		b->pane = PANE_FILES;
		return move(b, key->code, err);
	}
}

static int do_letter(struct browser *b, char c, struct err *err)
{
	switch (c) {
	case 'j':
		return move(b, KEY_DOWN, err);
	case 'k':
		return move(b, KEY_UP, err);
	case 'g':
		return move(b, KEY_HOME, err);
	case 'G':
		return move(b, KEY_END, err);
	case 'h':
		return set_open(b, false, err);
	case 'l':
	case ' ':
		return set_open(b, !(c == ' ' && b->rows.unfolded[current_node(b)]), err);
	case '+':
	case '-':
		return set_open_all(b, c == '+', err);
	case '/':
		b->typing = true;
		return 0;
	case '?':
		b->help = true;
		return 0;
	case 's':
		return flip(b, &b->by_size, err);
	case 'c':
		return flip(b, &b->only_changes, err);
	case 'f':
		return flip(b, &b->only_findings, err);
	case 'a':
		return flip_scope(b, err);
	case 'n':
		return next_finding(b, err);
	default:
		return 0;
	}
}

/* 1: it goes on, 0: it ends. */
static int do_key(struct browser *b, const struct key *key, struct err *err)
{
	int r = 0;

	if (key->code == KEY_QUIT)
		return 0;
	if (key->code == KEY_REDRAW)
		screen_forget(b->screen);
	else if (b->help)
		b->help = false;
	else if (b->typing)
		r = type(b, key, err);
	else if (key->code == KEY_TEXT && str_is(key->text, "q"))
		return 0;
	else if (key->code == KEY_TEXT)
		r = do_letter(b, key->text.p[0], err);
	else if (key->code == KEY_TAB)
		b->pane = b->pane == PANE_FILES ? PANE_LAYERS : PANE_FILES;
	else if (key->code == KEY_ESCAPE)
		r = b->filter.n ? end_filter(b, err) : 0;
	else if (b->pane == PANE_LAYERS && (key->code == KEY_ENTER || key->code == KEY_RIGHT))
		b->pane = PANE_FILES;
	else if (key->code == KEY_ENTER)
		r = set_open(b, !b->rows.unfolded[current_node(b)], err);
	else if (key->code == KEY_LEFT || key->code == KEY_RIGHT)
		r = set_open(b, key->code == KEY_RIGHT, err);
	else
		r = move(b, key->code, err);
	return r < 0 ? r : 1;
}

int browser_feed(struct browser *b, struct str bytes, bool is_final, struct err *err)
{
	struct str rest;
	struct key key;
	int r = 1;

	strbuf_add(&b->pending, bytes);
	if (strbuf_check(&b->pending, NULL) < 0) { /* nobody types so much at once */
		strbuf_done(&b->pending);
		b->pending = (struct strbuf)STRBUF_INIT(PENDING_MAX);
		return 1;
	}
	rest = strbuf_str(&b->pending);
	while (r == 1 && key_pull(&rest, is_final, &key))
		r = do_key(b, &key, err);
	if (rest.n)
		memmove(b->pending.p, b->pending.p + (b->pending.n - rest.n), rest.n);
	b->pending.n = rest.n;
	return r;
}

/* ---- drawing ---- */

static struct canvas canvas_on(const struct browser *b, struct strbuf *line, bool plain)
{
	return (struct canvas){.out = line,
			       .width = b->screen->columns,
			       .color = b->color && !plain,
			       .unicode = b->unicode};
}

/* The row of the cursor: reversed where the keys go, underlined where they do not. */
static void begin_row(struct strbuf *line, bool is_current, bool has_keys)
{
	if (is_current)
		strbuf_adds(line, has_keys ? "\033[7m" : "\033[4m");
}

static void end_row(struct strbuf *line, bool is_current)
{
	if (is_current)
		strbuf_adds(line, "\033[0m");
}

static void put_layer(struct browser *b, struct strbuf *line, size_t i, size_t columns)
{
	const struct report_layer *l = vec_at(&b->data->report->layers, i);
	bool current = i == b->layer;
	struct canvas c = canvas_on(b, line, current);
	char bytes[TEXT_BYTES_MAX], number[24];

	if (!l) {
		text_pad(line, columns);
		return;
	}
	(void)snprintf(number, sizeof number, "%zu", i + 1);
	begin_row(line, current, b->pane == PANE_LAYERS);
	canvas_right(&c, TONE_DIM, str_of(number), 3);
	strbuf_addc(line, ' ');
	canvas_right(&c, TONE_PLAIN, text_bytes(l->file_bytes, bytes), SIZE_COLUMNS);
	strbuf_addc(line, l->assessed ? ' ' : '!');
	strbuf_reset(&b->text);
	browse_instruction(&b->text, b->data->report, i);
	canvas_left(&c, TONE_PLAIN, strbuf_str(&b->text), columns - 5 - SIZE_COLUMNS);
	end_row(line, current);
}

static void put_name(struct browser *b, struct canvas *c, const struct change_node *n, uint32_t at,
		     size_t columns)
{
	const char *sign = n->n == 0				 ? "  "
			   : b->rows.unfolded[at] || b->filter.n ? (b->unicode ? "\u25be " : "- ")
								 : (b->unicode ? "\u25b8 " : "+ ");
	size_t indent = (size_t)b->rows.depth[at] * 2;

	/* Deep down the names still want room. */
	if (indent > columns / 2)
		indent = columns / 2;
	text_pad(c->out, indent);
	strbuf_adds(c->out, sign);
	strbuf_reset(&b->text);
	strbuf_add(&b->text, n->name);
	if (change_node_is_dir(n))
		strbuf_addc(&b->text, '/');
	if (n->link.n) {
		strbuf_adds(&b->text, n->type == NODE_HARDLINK ? " = " : " -> ");
		strbuf_add(&b->text, n->link);
	}
	canvas_left(c, browse_tone((enum change)n->change), strbuf_str(&b->text),
		    columns - indent - 2);
}

static void put_file(struct browser *b, struct strbuf *line, uint32_t row, size_t columns)
{
	uint32_t at = row < b->rows.n ? b->rows.nodes[row] : 0;
	const struct change_node *n = &b->tree.nodes[at];
	bool current = row == b->row;
	struct canvas c = canvas_on(b, line, current);
	size_t note = columns >= 60 ? 20 : columns >= 36 ? 14 : 0;
	size_t name = columns - 3 - SIZE_COLUMNS - note;
	char bytes[TEXT_BYTES_MAX];
	const char letter[] = {change_letter((enum change)n->change), 0};

	if (at == 0) {
		text_pad(line, columns);
		return;
	}
	begin_row(line, current, b->pane == PANE_FILES);
	canvas_left(&c, browse_tone((enum change)n->change), str_of(letter), 2);
	canvas_right(&c, TONE_PLAIN, text_bytes(n->size, bytes), SIZE_COLUMNS);
	strbuf_addc(line, ' ');
	put_name(b, &c, n, at, name);
	strbuf_reset(&b->text);
	if (n->n_marked)
		strbuf_addf(&b->text, " %s %s", change_node_is_dir(n) ? "in:" : "!",
			    severity_name((enum severity)n->worst));
	if (n->n_findings && !change_node_is_dir(n))
		strbuf_addf(&b->text, " %u", n->n_findings);
	canvas_left(&c, n->worst >= SEVERITY_HIGH ? TONE_BAD : TONE_WARN, strbuf_str(&b->text),
		    note);
	end_row(line, current);
}

static void put_title(struct browser *b)
{
	struct strbuf *line = screen_line(b->screen, 0);
	struct canvas c = canvas_on(b, line, false);
	const struct report *r = b->data->report;
	struct str name = r->image.name.n ? r->image.name : r->target.given;
	char bytes[TEXT_BYTES_MAX];
	uint64_t gaps = 0;

	for (size_t i = 0; i < r->coverage.n; i++) {
		const struct coverage *cover = vec_at(&r->coverage, i);

		gaps += cover->state != COVERAGE_ASSESSED;
	}
	strbuf_reset(&b->text);
	strbuf_add(&b->text, str_sub(name, 0, TEXT_MAX / 8));
	strbuf_addf(&b->text, "  %zu %s, %.*s of files", b->n_layers,
		    b->n_layers == 1 ? "layer" : "layers",
		    STR_FMT(text_bytes(r->file_bytes, bytes)));
	if (gaps)
		strbuf_addf(&b->text, "; %llu not fully assessed", (unsigned long long)gaps);
	strbuf_addf(&b->text, "  [%s%s%s%s]",
		    b->scope == CHANGES_IN_ALL ? "all files" : "this layer",
		    b->by_size ? ", by size" : "", b->only_changes ? ", changes only" : "",
		    b->only_findings ? ", with findings only" : "");
	canvas_left(&c, TONE_HEADING, strbuf_str(&b->text), b->screen->columns);
}

/* The whole of what the cursor is on: its row may be too short for it. */
static void put_detail(struct browser *b)
{
	struct strbuf *line = screen_line(b->screen, b->screen->lines - 2);
	struct canvas c = canvas_on(b, line, false);
	uint32_t at = current_node(b);
	const struct change_node *n = &b->tree.nodes[at];

	strbuf_reset(&b->text);
	if (b->pane == PANE_LAYERS) {
		strbuf_addf(&b->text, "layer %zu: ", b->layer + 1);
		browse_instruction(&b->text, b->data->report, b->layer);
	} else if (at) {
		change_tree_path(&b->tree, at, &b->text);
		if (n->n_marked) {
			strbuf_adds(&b->text, "  ");
			layer_text_findings(&b->text, n);
		}
		if (change_node_is_dir(n))
			strbuf_addf(&b->text, "  %u %s", n->n_files,
				    n->n_files == 1 ? "file" : "files");
		strbuf_addf(&b->text, "  layer %u", n->layer + 1);
	} else {
		strbuf_adds(&b->text, b->filter.n ? "nothing has this text in its name"
						  : "no file is changed here");
	}
	canvas_left(&c, TONE_DIM, strbuf_str(&b->text), b->screen->columns);
}

static void put_keys(struct browser *b)
{
	struct strbuf *line = screen_line(b->screen, b->screen->lines - 1);
	struct canvas c = canvas_on(b, line, false);

	if (b->typing || b->filter.n) {
		strbuf_reset(&b->text);
		strbuf_addf(&b->text, "/%.*s%s  %u rows  %s", STR_FMT(strbuf_str(&b->filter)),
			    b->typing ? "_" : "", b->rows.n,
			    b->typing ? "enter: keep  esc: drop" : "esc: show all");
		canvas_left(&c, TONE_HEADING, strbuf_str(&b->text), b->screen->columns);
		return;
	}
	canvas_left(&c, TONE_DIM,
		    STR("q quit  ? keys  tab pane  enter open  / find  s size  a all  c changes  "
			"f findings  n next"),
		    b->screen->columns);
}

static void put_help(struct browser *b)
{
	static const char *const lines[] = {
		"",
		"  up, down, page up, page down, home, end   move (also k j g G)",
		"  tab                  from the layers to the files and back",
		"  right, enter         open a directory; of a layer: go to its files (also l)",
		"  left                 close it, or go to the one it is in (also h)",
		"  + -                  open or close all of them",
		"  /                    show only what has a text in its name; esc: all again",
		"  s                    largest first, or by name",
		"  a                    all files that show with this layer, or its own alone",
		"  c                    only what the layer changes",
		"  f, n                 only files with findings; go to the next one",
		"  ctrl-l, q            draw again; leave",
		"",
		"  A added   M changed   D removed   ! findings at the file   in: at a file in it",
	};

	for (size_t i = 0; i < b->screen->lines; i++) {
		struct strbuf *line = screen_line(b->screen, i);
		struct canvas c = canvas_on(b, line, false);

		canvas_left(&c, TONE_PLAIN, i < ARRAY_LEN(lines) ? str_of(lines[i]) : STR_NULL,
			    b->screen->columns);
	}
}

static void scroll_to(size_t at, size_t *first, size_t height)
{
	if (at < *first)
		*first = at;
	else if (at >= *first + height)
		*first = at - height + 1;
}

static void put_panes(struct browser *b)
{
	size_t columns = b->screen->columns, height = window(b), first_row = b->first_row;
	size_t left = columns < NARROW ? 0 : columns * 2 / 5 > 60 ? 60 : columns * 2 / 5;

	scroll_to(b->layer, &b->first_layer, height);
	scroll_to(b->row, &first_row, height);
	b->first_row = (uint32_t)first_row;
	for (size_t i = 0; i < height; i++) {
		struct strbuf *line = screen_line(b->screen, i + 1);

		if (left == 0 && b->pane == PANE_LAYERS)
			put_layer(b, line, b->first_layer + i, columns);
		else if (left == 0)
			put_file(b, line, (uint32_t)(b->first_row + i), columns);
		if (left == 0)
			continue;
		put_layer(b, line, b->first_layer + i, left);
		strbuf_adds(line, b->unicode ? " \u2502 " : " | ");
		put_file(b, line, (uint32_t)(b->first_row + i), columns - left - 3);
	}
}

int browser_draw(struct browser *b, struct strbuf *out, struct err *err)
{
	if (b->screen->columns < SMALL_COLUMNS || b->screen->lines < SMALL_LINES) {
		for (size_t i = 0; i < b->screen->lines; i++)
			(void)text_add(screen_line(b->screen, i), i ? STR_NULL : STR("too small"),
				       b->screen->columns, b->unicode);
	} else if (b->help) {
		put_help(b);
	} else {
		put_title(b);
		put_panes(b);
		put_detail(b);
		put_keys(b);
	}
	return screen_send(b->screen, out, err);
}
