/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/browse_terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "browse/screen.h"

#define ESCAPE_WAIT_MS	50 /* the rest of a key's sequence is there by then, also over ssh */
#define FRAME_MAX	(16u << 20)
#define READ_MAX	1024
#define DEFAULT_COLUMNS 80
#define DEFAULT_LINES	24

/* What handlers of signals need; of the one browser that has the terminal. */
static struct {
	struct termios before;
	volatile sig_atomic_t resized, stopped, ended_by;
} terminal;

static const int watched[] = {SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGSYS};

bool browse_terminal_fits(void)
{
	struct str term = str_of(getenv("TERM"));

	return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && term.n &&
	       !str_is(term, "dumb");
}

/* All of it may be called in a handler. */
static void give_back(void)
{
	static const char leave[] = SCREEN_LEAVE;
	ssize_t n = write(STDOUT_FILENO, leave, sizeof leave - 1);

	(void)n; /* there is nobody to tell */
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &terminal.before);
}

static int take(struct err *err)
{
	struct termios raw = terminal.before;

	raw.c_iflag &= (tcflag_t) ~(BRKINT | ICRNL | INPCK | ISTRIP | IXON);
	raw.c_lflag &= (tcflag_t) ~(ECHO | ICANON | IEXTEN);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) < 0)
		return err_errno(err, errno, "terminal");
	return fd_write_all(STDOUT_FILENO, STR(SCREEN_ENTER), err);
}

static void on_signal(int number)
{
	if (number == SIGWINCH)
		terminal.resized = 1;
	else if (number == SIGTSTP)
		terminal.stopped = 1;
	else
		terminal.ended_by = number;
}

/* The default action comes next: the handler is there for once. */
static void on_crash(int number)
{
	give_back();
	(void)raise(number);
}

/* The watched signals arrive while the program waits and at no other time. */
static void catch_signals(sigset_t *ret_waiting)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t blocked;

	(void)sigemptyset(&blocked);
	for (size_t i = 0; i < ARRAY_LEN(watched); i++) {
		(void)sigaddset(&blocked, watched[i]);
		(void)sigaction(watched[i], &action, NULL);
	}
	(void)sigprocmask(SIG_BLOCK, &blocked, ret_waiting);
	for (size_t i = 0; i < ARRAY_LEN(watched); i++)
		(void)sigdelset(ret_waiting, watched[i]);
	action = (struct sigaction){.sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND};
	for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
		(void)sigaction(crashes[i], &action, NULL);
}

static void release_signals(const sigset_t *waiting)
{
	for (size_t i = 0; i < ARRAY_LEN(watched); i++)
		(void)signal(watched[i], SIG_DFL);
	for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
		(void)signal(crashes[i], SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, waiting, NULL);
}

static void measure(struct browser *b)
{
	struct winsize size = {0};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 || size.ws_row == 0)
		size = (struct winsize){.ws_col = DEFAULT_COLUMNS, .ws_row = DEFAULT_LINES};
	browser_size(b, size.ws_col, size.ws_row);
}

/* Stops as the shell expects, and goes on when it says so. */
static int stop(struct browser *b, struct err *err)
{
	terminal.stopped = 0;
	give_back();
	(void)raise(SIGSTOP);
	measure(b);
	return take(err);
}

static int draw(struct browser *b, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(FRAME_MAX);
	int r = browser_draw(b, &out, err);

	return r < 0 ? r : fd_write_all(STDOUT_FILENO, strbuf_str(&out), err);
}

/* 1: it goes on, 0: it ends. */
static int read_keys(struct browser *b, struct err *err)
{
	char bytes[READ_MAX];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);

	if (n < 0 && errno == EINTR)
		return 1;
	if (n < 0)
		return err_errno(err, errno, "terminal");
	return n == 0 ? 0 : browser_feed(b, str_make(bytes, (size_t)n), false, err);
}

static int wait_for_keys(struct browser *b, const sigset_t *waiting, struct err *err)
{
	const struct timespec escape = {.tv_nsec = ESCAPE_WAIT_MS * 1000000L};
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	int n = ppoll(&in, 1, browser_waits(b) ? &escape : NULL, waiting);

	if (n < 0 && errno != EINTR)
		return err_errno(err, errno, "terminal");
	if (terminal.ended_by)
		return 0;
	if (terminal.resized) {
		terminal.resized = 0;
		measure(b);
	}
	if (terminal.stopped) {
		int r = stop(b, err);

		return r < 0 ? r : 1;
	}
	if (n == 0)
		return browser_feed(b, STR_NULL, true, err);
	return n > 0 ? read_keys(b, err) : 1;
}

int browse_terminal(struct browser *b, struct err *err)
{
	sigset_t waiting;
	int r;

	if (tcgetattr(STDIN_FILENO, &terminal.before) < 0)
		return err_errno(err, errno, "terminal");
	catch_signals(&waiting);
	measure(b);
	r = take(err);
	while (r >= 0) {
		r = draw(b, err);
		if (r >= 0)
			r = wait_for_keys(b, &waiting, err);
		if (r == 0)
			break;
	}
	give_back();
	release_signals(&waiting);
	if (terminal.ended_by)
		(void)raise(terminal.ended_by); /* the shell is to see what ended it */
	return r;
}
