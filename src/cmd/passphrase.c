/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.h"
#include "crypto/secret_key.h"

#define WORD_BYTES SECRET_KEY_PASSPHRASE_MAX

enum { KEY_END_OF_TEXT = 3, KEY_END = 4, KEY_BACKSPACE = 8, KEY_KILL = 21, KEY_DELETE = 127 };

/* Bytes of a secret on the stack, wiped. */
struct word {
	char p[WORD_BYTES + 1];
	size_t n;
};

static void word_wipe(struct word *w)
{
	explicit_bzero(w, sizeof *w);
}

static int keep(const struct word *w, struct secret *ret, struct err *err)
{
	return secret_set(ret, str_make(w->p, w->n)) ? 0 : err_nomem(err);
}

/* The first line of what comes; bytes of the second are left where they are. */
static int read_line(int fd, struct word *w, struct err *err)
{
	char c;

	w->n = 0;
	for (;;) {
		ssize_t n = read(fd, &c, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, errno, "passphrase");
		if (n == 0 || c == '\n')
			break;
		if (w->n == WORD_BYTES)
			return err_set(err, ERR_LIMIT, "a passphrase of more than %d bytes",
				       WORD_BYTES);
		w->p[w->n++] = c;
	}
	if (w->n && w->p[w->n - 1] == '\r')
		w->n--;
	return 0;
}

static int from_descriptor(int fd, struct secret *ret, struct err *err)
{
	CLEANUP(word_wipe) struct word w = {0};
	int r = read_line(fd, &w, err);

	return r < 0 ? r : keep(&w, ret, err);
}

static int from_file(const char *path, struct secret *ret, struct err *err)
{
	CLEANUP(fd_closep) int fd = fd_open_read(path, err);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_errno(err, errno, "%s", path);
	if (S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO)))
		return err_set(err, ERR_DENIED,
			       "%s: others may read this passphrase; chmod 600 it first", path);
	return from_descriptor(fd, ret, err);
}

static int from_number(const char *text, struct secret *ret, struct err *err)
{
	uint64_t n;

	if (!str_parse_u64(str_of(text), &n) || n > 1 << 20 || fcntl((int)n, F_GETFD) < 0)
		return err_set(err, ERR_USAGE, "--passphrase-fd %s: no open descriptor", text);
	return from_descriptor((int)n, ret, err);
}

static int from_environment(const char *name, struct secret *ret, struct err *err)
{
	const char *value = getenv(name);

	if (!value)
		return err_set(err, ERR_USAGE, "--passphrase-env %s: there is no such variable",
			       name);
	return secret_set(ret, str_of(value)) ? 0 : err_nomem(err);
}

/* One key of the terminal; *ret_done: the line is over. */
static int take_key(unsigned char c, struct word *w, bool *ret_done, struct err *err)
{
	switch (c) {
	case '\n':
	case '\r':
		*ret_done = true;
		return 0;
	case KEY_END_OF_TEXT:
	case KEY_END:
		return err_set(err, ERR_CANCELED, "no passphrase was given");
	case KEY_BACKSPACE:
	case KEY_DELETE:
		/* The bytes of one character. */
		while (w->n && ((unsigned char)w->p[w->n - 1] & 0xc0) == 0x80)
			w->n--;
		w->n -= w->n > 0;
		return 0;
	case KEY_KILL:
		w->n = 0;
		return 0;
	default:
		if (w->n == WORD_BYTES)
			return err_set(err, ERR_LIMIT, "a passphrase of more than %d bytes",
				       WORD_BYTES);
		w->p[w->n++] = (char)c;
		return 0;
	}
}

static int read_keys(int tty, struct word *w, struct err *err)
{
	bool done = false;
	int r = 0;

	w->n = 0;
	while (!done && r == 0) {
		unsigned char c;
		ssize_t n = read(tty, &c, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(err, ERR_CANCELED, "no passphrase was given");
		r = take_key(c, w, &done, err);
	}
	return r;
}

static void say(int tty, const char *text)
{
	(void)fd_write_all(tty, str_of(text), NULL); /* a prompt that cannot be shown */
}

static int ask_once(int tty, const char *prompt, struct word *w, struct err *err)
{
	struct termios before, quiet;
	int r;

	if (tcgetattr(tty, &before) < 0)
		return err_errno(err, errno, "terminal");
	quiet = before;
	/* ^C comes as a key, so that the terminal is always set back. */
	quiet.c_lflag &= (tcflag_t) ~(ECHO | ICANON | ISIG);
	quiet.c_cc[VMIN] = 1;
	quiet.c_cc[VTIME] = 0;
	say(tty, prompt);
	if (tcsetattr(tty, TCSAFLUSH, &quiet) < 0)
		return err_errno(err, errno, "terminal");
	r = read_keys(tty, w, err);
	(void)tcsetattr(tty, TCSAFLUSH, &before); /* it was set a moment ago */
	say(tty, "\n");
	return r;
}

static int from_terminal(const struct passphrase_source *s, const char *what, struct secret *ret,
			 struct err *err)
{
	CLEANUP(fd_closep) int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	CLEANUP(word_wipe) struct word first = {0};
	CLEANUP(word_wipe) struct word second = {0};
	char prompt[256];
	int r;

	if (tty < 0)
		return err_set(err, ERR_DENIED,
			       "the %s is wanted, and there is no terminal to ask; give "
			       "--passphrase-file or --passphrase-fd",
			       what);
	(void)snprintf(prompt, sizeof prompt, "%s (%.100s): ", what, s->name ? s->name : "");
	prompt[0] = (char)(prompt[0] >= 'a' && prompt[0] <= 'z' ? prompt[0] - 32 : prompt[0]);
	r = ask_once(tty, prompt, &first, err);
	if (r == 0)
		r = keep(&first, ret, err);
	if (r == 0 && s->is_new)
		r = ask_once(tty, "The same again: ", &second, err);
	if (r == 0 && s->is_new && !secret_is(ret, str_make(second.p, second.n)))
		r = err_set(err, ERR_USAGE, "the two passphrases differ");
	return r;
}

int passphrase_ask(void *ctx, const char *what, struct secret *ret, struct err *err)
{
	const struct passphrase_source *s = ctx;

	if (!!s->file + !!s->fd + !!s->env > 1)
		return err_set(err, ERR_USAGE,
			       "give one of --passphrase-file, --passphrase-fd and "
			       "--passphrase-env");
	if (s->file)
		return from_file(s->file, ret, err);
	if (s->fd)
		return from_number(s->fd, ret, err);
	if (s->env)
		return from_environment(s->env, ret, err);
	return from_terminal(s, what, ret, err);
}
