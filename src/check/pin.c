/* SPDX-License-Identifier: Apache-2.0 */
#include "check/pin.h"

#include "base/limits.h"
#include "image/reference.h"

/* What stands before the digest. */
static struct str without_digest(struct str text)
{
	return str_sub(text, 0, str_find_char(text, '@'));
}

/* A colon behind the last slash; another is the port of a registry. */
static bool has_tag(struct str name)
{
	size_t slash = str_rfind_char(name, '/'), colon = str_rfind_char(name, ':');

	return colon < name.n && (slash == name.n || colon > slash);
}

/* ---- what is to be done ---- */

static void block(struct pin *pin, struct str why)
{
	pin->state = PIN_BLOCKED;
	pin->why = why;
}

static int plan(struct pin *pin, const struct pin_options *options, struct arena *a,
		struct err *err)
{
	const struct image_use *use = pin->use;
	struct reference ref;
	struct err why = {0};

	pin->image = without_digest(use->text);
	pin->has_digest = pin->image.n < use->text.n;
	pin->state = PIN_STAYS;
	if (use->unknown) {
		pin->state = PIN_UNKNOWN;
		pin->why = use->obstacle;
		return 0;
	}
	if (pin->has_digest && !options->update)
		return 0;
	pin->state = PIN_MISSING;
	if (use->obstacle.n)
		block(pin, use->obstacle);
	else if (reference_parse(use->text, a, &ref, &why) < 0)
		block(pin, arena_strf(a, "%s", why.msg));
	else if (pin->has_digest && !has_tag(pin->image))
		block(pin, STR("a digest without a tag cannot be refreshed: write the tag that it "
			       "is meant to follow before the @"));
	return arena_check(a, err);
}

int pins_plan(const struct source_file *f, const struct pin_options *options,
	      struct pin_lookup *lookup, struct arena *a, struct pins *ret, struct err *err)
{
	struct image_uses uses;
	struct pin *p;
	int r = image_uses_find(f, a, &uses, err);

	if (r < 0)
		return r;
	p = arena_array(a, uses.n, sizeof *p);
	if (uses.n && !p)
		return err_nomem(err);
	*ret = (struct pins){.source = f, .p = p};
	for (size_t i = 0; r == 0 && i < uses.n; i++) {
		struct pin *pin = &p[ret->n];

		if (uses.p[i].is_frontend && !options->frontends)
			continue;
		ret->n++;
		pin->use = &uses.p[i];
		r = plan(pin, options, a, err);
		if (r == 0 && pin->state == PIN_MISSING && lookup &&
		    (pin->has_digest || !options->only_refresh))
			r = pin_lookup_want(lookup, pin->image, err);
	}
	return r;
}

/* ---- what registries said ---- */

static void settle(struct pin *pin, const struct pin_answer *answer, struct arena *a)
{
	if (!answer->digest[0]) {
		pin->state = PIN_FAILED;
		pin->why = arena_strf(a, "%s%s", answer->why.msg,
				      answer->why.code == ERR_IO
					      ? "; run it again when the registry answers"
					      : "");
	} else {
		pin->pinned = arena_strf(a, "%.*s%s@%s", STR_FMT(pin->image),
					 has_tag(pin->image) ? "" : ":latest", answer->digest);
		pin->state = pin->has_digest ? PIN_RENEWED : PIN_SET;
		if (str_eq(pin->pinned, pin->use->text))
			pin->state = PIN_STAYS;
	}
}

int pins_settle(struct pins *pins, const struct pin_lookup *lookup, struct arena *a,
		struct err *err)
{
	for (size_t i = 0; i < pins->n; i++) {
		struct pin *pin = &pins->p[i];
		const struct pin_answer *answer =
			pin->state == PIN_MISSING ? pin_lookup_find(lookup, pin->image) : NULL;

		if (answer)
			settle(pin, answer, a);
	}
	return arena_check(a, err);
}

/* ---- the text ---- */

static bool is_changed(const struct pin *pin)
{
	return pin->state == PIN_SET || pin->state == PIN_RENEWED;
}

/* The first that is used at that byte or behind it. */
static size_t first_from(const struct pins *pins, size_t from)
{
	size_t low = 0, high = pins->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pins->p[middle].use->from < from)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int pins_edit(const struct pins *pins, size_t from, size_t to, struct edits *edits, size_t *ret_n,
	      struct err *err)
{
	int r = 0;

	*ret_n = 0;
	for (size_t i = first_from(pins, from); r == 0 && i < pins->n; i++) {
		const struct pin *pin = &pins->p[i];
		const struct image_use *use = pin->use;
		struct edit edit = {.start = use->start + (uint32_t)pin->image.n,
				    .end = use->end,
				    .text = str_skip(pin->pinned, pin->image.n)};
		bool taken = false;

		if (use->from > to)
			break;
		if (is_changed(pin) && use->to <= to)
			r = edits_add(edits, &edit, 1, &taken, err);
		*ret_n += taken;
	}
	return r;
}

/* Whether the text names what it is meant to. */
static int check_result(const struct pins *pins, struct str text, struct err *err)
{
	struct source_file f = *pins->source;
	struct image_uses uses = {0};
	struct arena arena;
	size_t k = 0;
	int r;

	f.bytes = text;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	r = image_uses_find(&f, &arena, &uses, err);
	for (size_t i = 0; r == 0 && i < pins->n; i++) {
		const struct pin *pin = &pins->p[i];

		/* Those that were not looked at stand between them. */
		while (k < uses.n && uses.p[k].is_frontend != pin->use->is_frontend)
			k++;
		if (k == uses.n ||
		    !str_eq(uses.p[k].text, is_changed(pin) ? pin->pinned : pin->use->text))
			r = err_set(err, ERR_FORMAT,
				    "line %llu: %.*s cannot be pinned without a change of "
				    "something else; it is left as it is",
				    (unsigned long long)pin->use->line,
				    STR_FMT(str_sub(pin->use->text, 0, 200)));
		k++;
	}
	arena_done(&arena);
	return r;
}

int pins_apply(const struct pins *pins, struct strbuf *out, size_t *ret_n, struct err *err)
{
	struct edits edits;
	int r;

	edits_init(&edits);
	r = pins_edit(pins, 0, SIZE_MAX, &edits, ret_n, err);
	if (r == 0)
		r = edits_apply(&edits, pins->source->bytes, out, err);
	edits_done(&edits);
	return r < 0 || !*ret_n ? r : check_result(pins, strbuf_str(out), err);
}
