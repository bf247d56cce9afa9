/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maven's ComparableVersion (Maven 4), Version Order Specification of maven.apache.org/pom.html.
 *
 * "." and "-" and every change between digits and letters cut the version into items; a hyphen and
 * a change open a list inside the list, which is always its last element. Hence the whole is one
 * flat row in which an ITEM_LIST item means "all behind me is one element". A qualifier with
 * digits behind it, "rc1" or "rc-1", is one item, a combination.
 *
 *     1.0-rc1-2   ->   1 0 LIST rc+1 LIST 2   ->   1 LIST rc+1 LIST 2     (zeros before qualifiers
 * go)
 */
#include "package/versions/number.h"
#include "package/versions/rules.h"

enum item_kind { ITEM_NUMBER, ITEM_WORD, ITEM_COMBINATION, ITEM_LIST };

struct item {
	enum item_kind kind;
	struct str word;   /* of a word or combination */
	struct str digits; /* of a number or combination */
};

/* Every byte may make a number and a list. */
#define ITEMS_MAX (2 * LIMIT_VERSION_BYTES + 2)

struct items {
	struct item *p;
	size_t n;
};

struct cutter {
	struct str text;
	struct item *items;
	size_t n;
	size_t start; /* of the item being read */
	bool digit, combination;
	bool list_empty;
};

static void add_item(struct cutter *c, struct item item)
{
	c->items[c->n++] = item;
	c->list_empty = false;
}

static void open_list(struct cutter *c)
{
	c->items[c->n++] = (struct item){.kind = ITEM_LIST};
	c->list_empty = true;
}

static struct str word_of(struct str word, bool before_digit)
{
	if (before_digit && word.n == 1) {
		switch (char_lower(word.p[0])) {
		case 'a':
			return STR("alpha");
		case 'b':
			return STR("beta");
		case 'm':
			return STR("milestone");
		default:
			break;
		}
	}
	return str_eq_nocase(word, STR("cr")) ? STR("rc") : word;
}

static struct item make_item(const struct cutter *c, size_t end)
{
	struct str text = str_sub(c->text, c->start, end - c->start);
	struct item item = {.kind = ITEM_NUMBER, .digits = text};
	size_t n = 0;

	if (!c->combination && c->digit)
		return item;
	if (!c->combination) {
		item.kind = ITEM_WORD;
		item.word = word_of(text, false);
		return item;
	}
	while (n < text.n && !char_is_digit(text.p[n]))
		n++;
	item.kind = ITEM_COMBINATION;
	item.digits = str_skip(text, n);
	item.word = str_sub(text, 0, n);
	/* "rc-1" is "rc1" */
	if (str_has_suffix(item.word, STR("-")))
		item.word.n--;
	item.word = word_of(item.word, true);
	return item;
}

static void cut_dot(struct cutter *c, size_t i)
{
	if (i == c->start)
		add_item(c, (struct item){.kind = ITEM_NUMBER});
	else
		add_item(c, make_item(c, i));
	c->combination = false;
	c->start = i + 1;
}

static void cut_hyphen(struct cutter *c, size_t i)
{
	if (i == c->start) {
		add_item(c, (struct item){.kind = ITEM_NUMBER});
	} else {
		if (!c->digit && char_is_digit(char_at(c->text, i + 1))) {
			c->combination = true;
			return;
		}
		add_item(c, make_item(c, i));
	}
	c->start = i + 1;
	open_list(c);
	c->combination = false;
}

static void cut_digit(struct cutter *c, size_t i)
{
	if (!c->digit && i > c->start) {
		c->combination = true;
		if (!c->list_empty)
			open_list(c);
	}
	c->digit = true;
}

static void cut_letter(struct cutter *c, size_t i)
{
	if (c->digit && i > c->start) {
		add_item(c, make_item(c, i));
		c->start = i;
		open_list(c);
		c->combination = false;
	}
	c->digit = false;
}

static size_t cut(struct str text, struct item *items)
{
	struct cutter c = {.text = text, .items = items, .list_empty = true};

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '.')
			cut_dot(&c, i);
		else if (text.p[i] == '-')
			cut_hyphen(&c, i);
		else if (char_is_digit(text.p[i]))
			cut_digit(&c, i);
		else
			cut_letter(&c, i);
	}
	if (text.n > c.start) {
		if (!c.digit && !c.list_empty)
			open_list(&c);
		add_item(&c, make_item(&c, text.n));
	}
	return c.n;
}

static bool is_word(const struct item *item)
{
	return item->kind == ITEM_WORD || item->kind == ITEM_COMBINATION;
}

/* A zero goes when nothing, a word, or a list that starts with a word comes behind it. */
static bool goes(const struct item *item, const struct item *next, const struct item *end)
{
	if (item->kind != ITEM_NUMBER || !is_zero(item->digits))
		return false;
	if (next == end || next->kind == ITEM_WORD)
		return true;
	return next->kind == ITEM_LIST && is_word(next + 1);
}

/*
 * From the innermost list outwards: drops such zeros and empty lists; a list that holds only a list
 * becomes it. The result is the tail of the array.
 */
static struct items normalize(struct item *items, size_t n)
{
	struct item *const end = items + n;
	struct item *front = end;

	for (size_t i = n; i-- > 0;) {
		/* cppcheck-suppress uninitvar ; the caller's cut() has written the n first */
		struct item item = items[i];

		if (item.kind == ITEM_LIST) {
			if (front < end && front->kind == ITEM_LIST)
				front++;
			if (front == end)
				continue;
		} else if (goes(&item, front, end)) {
			continue;
		}
		*--front = item;
	}
	if (front < end && front->kind == ITEM_LIST)
		front++;
	return (struct items){front, (size_t)(end - front)};
}

/* The place of a qualifier; unknown ones come behind all others. */
static int word_rank(struct str word)
{
	static const char *const ranks[] = {"alpha",	"beta", "milestone", "rc",
					    "snapshot", "",	"sp"};
	static const char *const releases[] = {"ga", "final", "release"};
	int n = (int)(sizeof ranks / sizeof ranks[0]);

	for (size_t i = 0; i < sizeof releases / sizeof releases[0]; i++)
		if (str_eq_nocase(word, str_of(releases[i])))
			return 5;
	for (int i = 0; i < n; i++)
		if (str_eq_nocase(word, str_of(ranks[i])))
			return i;
	return n;
}

static int word_cmp(struct str a, struct str b)
{
	int x = word_rank(a), y = word_rank(b);

	if (x != y)
		return x < y ? -1 : 1;
	return x == 7 ? nocase_cmp(a, b) : 0;
}

static int release_cmp(struct str word)
{
	return sign_of(word_rank(word) - 5);
}

/* Of an item against nothing. */
static int item_sign(const struct item *item)
{
	int order;

	switch (item->kind) {
	case ITEM_NUMBER:
		return !is_zero(item->digits);
	case ITEM_WORD:
		return release_cmp(item->word);
	case ITEM_COMBINATION:
		order = release_cmp(item->word);
		return order ? order : !is_zero(item->digits);
	case ITEM_LIST:
		break; /* its items come behind it */
	}
	return 0;
}

static int row_sign(const struct items *row, size_t from)
{
	int order = 0;

	for (size_t i = from; order == 0 && i < row->n; i++)
		order = item_sign(&row->p[i]);
	return order;
}

/* "rc1" is newer than "rc"; "ga1" is newer than "ga", "ga0" is not. */
static int combination_word_cmp(const struct item *combination, const struct item *word)
{
	int order = word_cmp(combination->word, word->word);

	if (order)
		return order;
	return release_cmp(combination->word) ? 1 : !is_zero(combination->digits);
}

/* Of two items that are no lists. */
static int item_cmp(const struct item *a, const struct item *b)
{
	int order;

	if (a->kind == ITEM_NUMBER || b->kind == ITEM_NUMBER) {
		if (a->kind != b->kind)
			return a->kind == ITEM_NUMBER ? 1 : -1;
		return digits_cmp(a->digits, b->digits);
	}
	if (a->kind == ITEM_COMBINATION && b->kind == ITEM_WORD)
		return combination_word_cmp(a, b);
	if (a->kind == ITEM_WORD && b->kind == ITEM_COMBINATION)
		return -combination_word_cmp(b, a);
	order = word_cmp(a->word, b->word);
	return order || a->kind == ITEM_WORD ? order : digits_cmp(a->digits, b->digits);
}

/* A list (from the item at `list` to the end) against a number, word or combination. */
static int list_cmp(const struct items *row, size_t list, const struct item *item)
{
	int order;

	if (item->kind == ITEM_NUMBER)
		return -1;
	order = item_cmp(&row->p[list + 1], item);
	return order ? order : row_sign(row, list + 2);
}

static int rows_cmp(const struct items *a, const struct items *b)
{
	size_t i = 0, j = 0;
	int order = 0;

	while (order == 0 && i < a->n && j < b->n) {
		bool list_a = a->p[i].kind == ITEM_LIST, list_b = b->p[j].kind == ITEM_LIST;

		if (list_a && !list_b) {
			order = list_cmp(a, i, &b->p[j++]);
			i = a->n;
		} else if (list_b && !list_a) {
			order = -list_cmp(b, j, &a->p[i++]);
			j = b->n;
		} else {
			order = list_a ? 0 : item_cmp(&a->p[i], &b->p[j]);
			i++;
			j++;
		}
	}
	if (order)
		return order;
	return i < a->n ? row_sign(a, i) : -row_sign(b, j);
}

static int compare(struct str a, struct str b)
{
	struct item first[ITEMS_MAX], second[ITEMS_MAX];
	struct items x = normalize(first, cut(a, first)), y = normalize(second, cut(b, second));

	return rows_cmp(&x, &y);
}

static int accept(struct str v, struct err *err)
{
	return v.n ? 0 : version_refuse(v, "empty", err);
}

/* Anything a repository path can hold. */
static int check(struct str v, struct err *err)
{
	if (v.n == 0)
		return version_refuse(v, "empty", err);
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] <= ' ' || v.p[i] == 0x7f || char_is_one_of(v.p[i], "\\/:\"<>|?*[](),"))
			return version_refuse(v, "a character no version may have", err);
	return 0;
}

/* "[1.0,2.0),[3.0,)": any of them. */
static int read_range(struct range_builder *rb, struct str text, struct err *err)
{
	int r = 0;

	if (text.p[0] != '[' && text.p[0] != '(')
		return range_read_plain(rb, text, err);
	while (r == 0 && text.n) {
		r = range_read_interval(rb, &text, err);
		while (text.n && (char_is_space(text.p[0]) || text.p[0] == ','))
			text = str_skip(text, 1);
	}
	return r;
}

const struct version_rules version_maven = {
	.check = check,
	.accept = accept,
	.compare = compare,
	.read_range = read_range,
};
