/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Perl, Ruby and PHP, coarsely: the names that a line's first word loads.
 *
 *     use Foo::Bar 1.2 qw(x);  require Foo::Bar;  require "x.pl";
 *     require "json/ext"       require_relative "lib/x"      autoload :X, "x"
 *     include 'a/b.php';  require_once __DIR__ . '/x.php';
 */
#include "closure/program_call.h"

static bool is_module_char(char c)
{
	return char_is_alnum(c) || c == '_' || c == ':';
}

static struct str pull_name(struct str *s)
{
	struct str name;
	size_t n = 0;

	*s = str_trim(*s);
	while (n < s->n && is_module_char(s->p[n]))
		n++;
	name = str_sub(*s, 0, n);
	*s = str_skip(*s, n);
	return name;
}

/* use parent -norequire, qw(A B); use base 'A'; */
static void perl_parents(struct str rest, struct program_draft *d)
{
	struct str word;

	if (str_find(rest, STR("-norequire")) < rest.n)
		return;
	while (rest.n) {
		if (!char_is_alpha(rest.p[0])) {
			rest = str_skip(rest, 1);
			continue;
		}
		word = pull_name(&rest);
		if (!str_is(word, "qw"))
			program_draft_add(d, LINK_PERL, word);
	}
}

/* "a/b.pl"; of "File/Spec/$module.pm" the folder, as any of it may be meant. */
static void perl_file(struct str file, struct program_draft *d)
{
	size_t dollar = str_find_char(file, '$');
	struct str before = str_sub(file, 0, dollar);
	size_t slash = str_rfind_char(before, '/');

	if (dollar == file.n) {
		program_draft_add(d, LINK_PERL, file);
		return;
	}
	program_draft_unknown(d, "loads a module whose name is computed");
	if (slash < before.n)
		program_draft_add(d, LINK_PERL, str_sub(before, 0, slash + 1));
}

static void perl_line(struct str line, struct program_draft *d)
{
	size_t inside = str_find(line, STR("{ require ")), use = str_find(line, STR("{ use "));
	struct str name, file;
	bool is_use;

	if (inside < line.n || use < line.n) /* eval { require overloading }, { use bytes; */
		line = str_skip(line, (use < inside ? use : inside) + 2);
	is_use = str_pull_prefix(&line, STR("use ")) || str_pull_prefix(&line, STR("no "));
	if (!is_use && !str_pull_prefix(&line, STR("require ")))
		return;
	line = str_trim(line);
	if (program_quoted(line, &file)) {
		perl_file(file, d);
		return;
	}
	if (!is_use && line.n && (line.p[0] == '$' || line.p[0] == '"')) {
		program_draft_unknown(d, "loads a module whose name is computed");
		return;
	}
	name = pull_name(&line);
	if (name.n == 0 || char_is_digit(name.p[0]) || str_is(name, "v5"))
		return;
	program_draft_add(d, LINK_PERL, name);
	if (str_is(name, "parent") || str_is(name, "base"))
		perl_parents(line, d);
}

void program_perl_links(struct str text, struct program_draft *d)
{
	struct str line, whole = text;

	while (str_pull_line(&text, &line)) {
		line = str_trim(line);
		if (str_is(line, "__END__"))
			break;
		(void)(str_pull_prefix(&line, STR("eval {")) ||
		       str_pull_prefix(&line, STR("BEGIN {"))); /* what is behind counts */
		for (struct str statement; str_pull_until(&line, ';', &statement);)
			perl_line(str_trim(statement), d);
	}
	program_quoted_paths(whole, d);
}

void program_ruby_links(struct str text, struct program_draft *d)
{
	struct str line, whole = text;

	while (str_pull_line(&text, &line)) {
		struct str name;
		enum link_kind kind = LINK_RUBY;

		line = str_trim(line);
		if (str_pull_prefix(&line, STR("autoload"))) {
			struct str before;

			if (str_cut(line, ',', &before, &line) &&
			    program_quoted(str_trim(line), &name))
				program_draft_add(d, LINK_RUBY, name);
			continue;
		}
		if (str_pull_prefix(&line, STR("require_relative")))
			kind = LINK_RUBY_HERE;
		else if (!str_pull_prefix(&line, STR("require")) &&
			 !str_pull_prefix(&line, STR("load")))
			continue;
		line = str_trim(line);
		(void)str_pull_prefix(&line, STR("(")); /* either way of calling */
		if (program_quoted(str_trim(line), &name))
			program_draft_add(d, kind, name);
		else if (line.n && (char_is_alpha(line.p[0]) || line.p[0] == '"'))
			program_draft_unknown(d, "loads a file whose name is computed");
	}
	program_quoted_paths(whole, d);
}

static void php_line(struct str line, struct program_draft *d)
{
	static const struct str words[] = {STR("include_once"), STR("require_once"), STR("include"),
					   STR("require")};
	size_t i = 0, quote;
	struct str name;

	while (i < 4 && !str_pull_prefix(&line, words[i]))
		i++;
	if (i == 4 || line.n == 0 || char_is_alnum(line.p[0]) || line.p[0] == '_')
		return;
	quote = 0;
	while (quote < line.n && line.p[quote] != '\'' && line.p[quote] != '"')
		quote++;
	if (program_quoted(str_skip(line, quote), &name)) {
		while (name.n > 1 && name.p[0] == '/' && quote > 1 &&
		       str_find(str_sub(line, 0, quote), STR(".")) < quote)
			name = str_skip(name, 1); /* __DIR__ . '/x.php' */
		program_draft_add(d, LINK_SOURCE, name);
	} else {
		program_draft_unknown(d, "includes a file whose name is computed");
	}
}

void program_php_links(struct str text, struct program_draft *d)
{
	struct str line, whole = text;

	while (str_pull_line(&text, &line))
		php_line(str_trim(line), d);
	program_quoted_paths(whole, d);
}
