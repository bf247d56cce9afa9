/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/path_mark.h"

#include <stddef.h>

#include "base/cleanup.h"

const struct path_mark path_marks[] = {
#define PATH_MARK(mark, pattern, is_directory) {mark, pattern, is_directory},
#include "inventory/path_mark.def"
#undef PATH_MARK
	{NULL, NULL, false},
};

static bool has_one_of(struct str path, const struct str *folders, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_has_prefix(path, folders[i]))
			return true;
	return false;
}

/* Where tools keep programs, hooks and caches of programs. */
static bool is_usual(struct str hidden)
{
	static const char *const usual[] = {
		".asdf",	  ".bin",	   ".build-id",
		".bun",		  ".bundle",	   ".cabal",
		".cache",	  ".cargo",	   ".cargo-lock",
		".composer",	  ".conda",	   ".config",
		".deno",	  ".dotnet",	   ".fzf",
		".gem",		  ".ghcup",	   ".git",
		".github",	  ".gradle",	   ".husky",
		".jenv",	  ".krew",	   ".linuxbrew",
		".local",	  ".m2",	   ".mvn",
		".mix",		  ".nodenv",	   ".npm",
		".nvm",		  ".oh-my-zsh",	   ".opam",
		".phpenv",	  ".pixi",	   ".pnpm",
		".pnpm-store",	  ".pyenv",	   ".rbenv",
		".rustup",	  ".rvm",	   ".sdkman",
		".stack",	  ".store",	   ".tox",
		".venv",	  ".virtualenvs",  ".vscode",
		".vscode-server", ".yarn",	   ".circleci",
		".gitlab",	  ".devcontainer", ".docker",
		".travis",	  ".ci",	   ".azure-pipelines",
		".evergreen",	  ".buildkite",
	};

	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (str_is(hidden, usual[i]))
			return true;
	return false;
}

/* Below a usual hidden folder all is usual. */
static bool is_hidden(struct str path)
{
	struct str name;
	bool hidden = false;

	while (str_pull_until(&path, '/', &name)) {
		if (name.n < 2 || name.p[0] != '.')
			continue;
		if (is_usual(name))
			return false;
		hidden = true;
	}
	return hidden;
}

const char *path_mark_of_program(struct str path)
{
	static const struct str temporary[] = {STR("tmp/"), STR("var/tmp/"), STR("dev/shm/"),
					       STR("run/shm/")};
	static const struct str programs[] = {STR("bin/"), STR("sbin/"), STR("usr/bin/"),
					      STR("usr/sbin/")};

	if (has_one_of(path, temporary, ARRAY_LEN(temporary)))
		return "temporary";
	if (is_hidden(path))
		return "hidden";
	return has_one_of(path, programs, ARRAY_LEN(programs)) ? "system" : NULL;
}
