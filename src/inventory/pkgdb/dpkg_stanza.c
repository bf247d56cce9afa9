/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/pkgdb/dpkg_stanza.h"

#include "base/limits.h"

static const struct field_row {
	struct str name;
	const char *attribute; /* the key it is kept under, NULL for none */
} fields[DPKG_N_FIELDS] = {
	[DPKG_AUTO_INSTALLED] = {STR("Auto-Installed"), "auto-installed"},
	[DPKG_BUILT_USING] = {STR("Built-Using"), "built-using"},
	[DPKG_ESSENTIAL] = {STR("Essential"), "essential"},
	[DPKG_IMPORTANT] = {STR("Important"), "important"},
	[DPKG_INSTALLED_SIZE] = {STR("Installed-Size"), "installed-size"},
	[DPKG_INSTALLED_TIME] = {STR("Installed-Time"), "installed-time"},
	[DPKG_MULTI_ARCH] = {STR("Multi-Arch"), "multi-arch"},
	[DPKG_ORIGIN] = {STR("Origin"), "origin"},
	[DPKG_PRIORITY] = {STR("Priority"), "priority"},
	[DPKG_PROTECTED] = {STR("Protected"), "protected"},
	[DPKG_SECTION] = {STR("Section"), "section"},
	[DPKG_STATIC_BUILT_USING] = {STR("Static-Built-Using"), "static-built-using"},
	[DPKG_PACKAGE] = {STR("Package"), NULL},
	[DPKG_VERSION] = {STR("Version"), NULL},
	[DPKG_ARCHITECTURE] = {STR("Architecture"), NULL},
	[DPKG_SOURCE] = {STR("Source"), NULL},
	[DPKG_SOURCE_NAME] = {STR("SourceName"), NULL},
	[DPKG_STATUS] = {STR("Status"), NULL},
	[DPKG_MAINTAINER] = {STR("Maintainer"), NULL},
	[DPKG_LICENSE] = {STR("License"), NULL},
	[DPKG_DESCRIPTION] = {STR("Description"), NULL},
};

static enum dpkg_field field_of(struct str name)
{
	enum dpkg_field f = 0;

	while (f < DPKG_N_FIELDS && !str_eq_nocase(fields[f].name, name))
		f++;
	return f;
}

static int problem(struct pkg_sink *sink, enum err_code code, size_t line, const char *what,
		   struct str detail)
{
	struct err err;

	if (!sink)
		return 0;
	(void)err_set(&err, code, "line %zu: %s%.*s", line, what, STR_FMT(str_sub(detail, 0, 200)));
	return pkg_sink_problem(sink, &err);
}

static int keep_field(struct dpkg_stanza *stanza, const struct deb822_item *item,
		      struct pkg_sink *sink)
{
	enum dpkg_field f = field_of(item->name);

	if (f == DPKG_N_FIELDS)
		return 0;
	if (stanza->field[f].p)
		return problem(sink, ERR_FORMAT, item->line, "a second field ", item->name);
	if (item->value.n > LIMIT_FIELD_BYTES)
		return problem(sink, ERR_LIMIT, item->line, "more than field_bytes in ",
			       item->name);
	stanza->field[f] = f == DPKG_DESCRIPTION ? item->value : deb822_first_line(item->value);
	return 0;
}

int dpkg_stanza_next(struct deb822 *d, struct dpkg_stanza *ret, struct pkg_sink *sink)
{
	struct deb822_item item;
	int r = 0;

	*ret = (struct dpkg_stanza){0};
	while (r == 0 && deb822_next(d, &item)) {
		switch (item.kind) {
		case DEB822_FIELD:
			if (!ret->line)
				ret->line = item.line;
			r = keep_field(ret, &item, sink);
			break;
		case DEB822_BAD:
			r = problem(sink, ERR_FORMAT, item.line, "expected \"Field: value\", not ",
				    item.value);
			break;
		case DEB822_STANZA_END:
			return 1;
		}
	}
	return r;
}

enum state {
	STATE_INSTALLED,
	STATE_ABSENT,
	STATE_BROKEN,
};

/* "install ok installed"; *ret_intent gets what stands before the state. */
static enum state state_of(struct str status, struct str *ret_intent)
{
	struct str rest = status, word, last = STR_NULL;
	size_t n = 0;

	while (str_pull_word(&rest, &word)) {
		last = word;
		n++;
	}
	if (n != 3)
		return STATE_BROKEN;
	*ret_intent = str_trim(str_sub(status, 0, (size_t)(last.p - status.p)));
	return str_eq_nocase(last, STR("installed")) ? STATE_INSTALLED : STATE_ABSENT;
}

void dpkg_split_source(struct str source, struct package *p)
{
	struct str version;

	p->source_name = source;
	p->source_version = STR_NULL;
	if (!str_cut(source, '(', &p->source_name, &version))
		return;
	p->source_name = str_trim(p->source_name);
	p->source_version = str_trim(str_sub(version, 0, str_find_char(version, ')')));
}

/* An empty package that only pulls in its successor says so in words, and in no field. */
static bool is_transitional(struct str description)
{
	struct str word = STR("ransitional "), rest = description;

	while (rest.n) {
		rest = str_skip(rest, str_find(rest, word));
		rest = str_skip(rest, word.n);
		(void)str_pull_prefix(&rest, STR("dummy "));
		if (str_has_prefix(rest, STR("package")))
			return true;
	}
	return false;
}

static int add_attributes(const struct dpkg_stanza *stanza, struct str intent,
			  struct attributes *attrs, struct package *p, struct err *err)
{
	for (size_t f = 0; f < DPKG_N_ATTRIBUTES; f++)
		attributes_add(attrs, fields[f].attribute, stanza->field[f]);
	if (!str_is(intent, "install ok"))
		attributes_add(attrs, "status-wanted", intent);
	if (is_transitional(stanza->field[DPKG_DESCRIPTION]))
		attributes_add(attrs, "transitional", STR("true"));
	return attributes_get(attrs, &p->attributes, err);
}

static int report(const struct dpkg_stanza *stanza, struct str intent,
		  const struct dpkg_dialect *dialect, struct pkg_sink *sink, struct err *err)
{
	struct attributes attrs = ATTRIBUTES_INIT(sink->scratch);
	struct package p = {
		.type = str_of(dialect->type),
		.name = stanza->field[DPKG_PACKAGE],
		.version = stanza->field[DPKG_VERSION],
		.arch = stanza->field[DPKG_ARCHITECTURE],
		.vendor = stanza->field[DPKG_MAINTAINER],
	};
	int r = add_attributes(stanza, intent, &attrs, &p, err);

	if (r < 0)
		return r;
	dpkg_split_source(stanza->field[DPKG_SOURCE], &p);
	if (dialect->complete)
		r = dialect->complete(dialect, stanza, &p, sink, err);
	if (r < 0)
		return r;
	return dialect->as_fragment ? pkg_sink_fragment(sink, &p) : pkg_sink_add(sink, &p);
}

static int judge(const struct dpkg_stanza *stanza, const struct dpkg_dialect *dialect,
		 struct pkg_sink *sink, struct err *err)
{
	struct str status = stanza->field[DPKG_STATUS], intent = STR("install ok");
	struct str name = stanza->field[DPKG_PACKAGE];
	enum state state = STATE_ABSENT;

	if (status.n)
		state = state_of(status, &intent);
	else if (dialect->status_is_optional)
		state = STATE_INSTALLED;
	if (state == STATE_BROKEN)
		return problem(sink, ERR_FORMAT, stanza->line,
			       "expected three words in Status, not ", status);
	if (state == STATE_ABSENT)
		return 0;
	if (name.n == 0)
		return problem(sink, ERR_FORMAT, stanza->line, "no Package in this stanza",
			       STR_NULL);
	if (stanza->field[DPKG_VERSION].n == 0)
		return problem(sink, ERR_FORMAT, stanza->line, "no Version of package ", name);
	return report(stanza, intent, dialect, sink, err);
}

int dpkg_stanzas_parse(struct str bytes, const struct dpkg_dialect *dialect, struct pkg_sink *sink,
		       struct err *err)
{
	struct deb822 d = deb822_make(bytes);
	struct dpkg_stanza stanza;
	int r = dpkg_stanza_next(&d, &stanza, sink);

	while (r > 0) {
		r = judge(&stanza, dialect, sink, err);
		if (r == 0)
			r = dpkg_stanza_next(&d, &stanza, sink);
	}
	return r;
}
