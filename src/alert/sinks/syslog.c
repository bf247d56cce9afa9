/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message of syslog, to this machine's socket or to a collector.
 *
 *     <34>1 2026-11-22T19:00:00Z host plimsoll 4711 denied-image [alert@32473 id="..."] high: ...
 *
 * Formats: RFC 5424; over TCP each is counted, "123 <34>1 ..." (RFC 6587 section 3.4.1); over UDP
 * it is one datagram, cut to what every receiver takes (RFC 5426 section 3.2). 32473 is the number
 * that RFC 5612 sets aside. Nobody answers: over TCP the connection is closed in order and a reset
 * is an error; a datagram over UDP may be lost unseen.
 */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "alert/sink.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"

#define FACILITY    4 /* security */
#define LOCAL	    "/dev/log"
#define UDP_MAX	    2048
#define MESSAGE_MAX 8192
#define PARAM_MAX   200
#define HEADER_MAX  255 /* of a host's name */
#define CLOSE_MS    1000
#define PORT_MAX    5

enum way { WAY_LOCAL, WAY_UDP, WAY_TCP };

/* ---- the address ---- */

struct place {
	enum way way;
	struct str path;       /* of a socket */
	struct str host, port; /* "[::1]" without its brackets */
};

static bool is_port(struct str s)
{
	uint64_t port;

	return s.n <= PORT_MAX && str_parse_u64(s, &port) && port > 0 && port < 65536;
}

static bool parse_place(struct str address, struct place *ret)
{
	struct place p = {.way = WAY_TCP};

	if (address.n == 0 || address.p[0] == '/') {
		*ret = (struct place){.path = address.n ? address : STR(LOCAL)};
		return ret->path.n < sizeof((struct sockaddr_un *)0)->sun_path;
	}
	if (str_pull_prefix(&address, STR("udp:")))
		p.way = WAY_UDP;
	else
		(void)str_pull_prefix(&address, STR("tcp:")); /* it is what is meant without */
	if (!str_rcut(address, ':', &p.host, &p.port) || p.host.n == 0 || !is_port(p.port))
		return false;
	if (p.host.p[0] == '[' && p.host.p[p.host.n - 1] == ']')
		p.host = str_sub(p.host, 1, p.host.n - 2);
	*ret = p;
	return p.host.n > 0 && p.host.n <= HEADER_MAX;
}

static int check(struct str address, struct arena *arena, struct str *ret, struct err *err)
{
	struct place place;

	if (!parse_place(address, &place))
		return err_set(err, ERR_USAGE,
			       "\"%.*s\" is no /SOCKET, HOST:PORT, tcp:HOST:PORT or udp:HOST:PORT",
			       STR_FMT(str_sub(address, 0, 80)));
	*ret = arena_str(arena, address);
	return arena_check(arena, err);
}

/* ---- the message ---- */

/* RFC 5424 section 6.2.1, table 2. */
static int level_of(enum severity s)
{
	switch (s) {
	case SEVERITY_CRITICAL:
		return 2;
	case SEVERITY_HIGH:
		return 3;
	case SEVERITY_MEDIUM:
		return 4;
	case SEVERITY_LOW:
		return 5;
	case SEVERITY_NEGLIGIBLE:
	case SEVERITY_UNKNOWN:
		break;
	}
	return 6;
}

/* PRINTUSASCII, or "-": HOSTNAME, MSGID. */
static void add_word(struct strbuf *out, struct str s, size_t max)
{
	bool is_plain = s.n > 0 && s.n <= max;

	for (size_t i = 0; i < s.n && is_plain; i++)
		is_plain = s.p[i] > ' ' && s.p[i] < 0x7f;
	strbuf_add(out, is_plain ? s : STR("-"));
	strbuf_addc(out, ' ');
}

/* Section 6.3.3: '"', '\' and ']' stand behind a backslash. */
static void add_param(struct strbuf *out, const char *name, struct str s)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(2 * PARAM_MAX);

	if (s.n == 0)
		return;
	alert_add_text(&text, s, PARAM_MAX);
	strbuf_addf(out, " %s=\"", name);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\' || text.p[i] == ']')
			strbuf_addc(out, '\\');
		strbuf_addc(out, text.p[i]);
	}
	strbuf_addc(out, '"');
}

static void write_message(const struct alert *a, struct strbuf *out)
{
	char time[CLOCK_TEXT_MAX] = "-";

	(void)clock_format(a->time, time); /* stays "-": NILVALUE */
	strbuf_addf(out, "<%d>1 %s ", FACILITY * 8 + level_of(a->severity), time);
	add_word(out, a->host, HEADER_MAX);
	strbuf_addf(out, "plimsoll %ld ", (long)getpid());
	add_word(out, a->kind, 32);
	strbuf_adds(out, "[alert@32473");
	add_param(out, "id", a->id);
	add_param(out, "severity", str_of(severity_name(a->severity)));
	add_param(out, "subject", a->subject);
	add_param(out, "digest", a->digest);
	add_param(out, "reason", a->reason);
	if (a->repeats)
		strbuf_addf(out, " repeats=\"%llu\"", (unsigned long long)a->repeats);
	strbuf_adds(out, "] ");
	alert_add_line(a, out);
}

/* ---- sending ---- */

/* Nothing waits for ever: connect, send and receive have a time of their own. */
static int make_socket(int family, int type, unsigned seconds, struct err *err)
{
	const struct timeval limit = {.tv_sec = seconds};
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err_errno(err, errno, "socket");
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0) {
		int r = err_errno(err, errno, "socket");

		(void)close(fd); /* nothing was sent */
		return r;
	}
	return fd;
}

static int send_all(int fd, struct str s, struct err *err)
{
	while (s.n) {
		ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, errno, "send");
		s = str_skip(s, (size_t)n);
	}
	return 0;
}

/* 1: the socket is there, but of the other kind. */
static int try_local(struct str path, int type, struct str message, unsigned seconds,
		     struct err *err)
{
	CLEANUP(fd_closep) int fd = make_socket(AF_UNIX, type, seconds, err);
	struct sockaddr_un to = {.sun_family = AF_UNIX};

	if (fd < 0)
		return fd;
	memcpy(to.sun_path, path.p, path.n);
	if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) {
		if (errno == EPROTOTYPE && type == SOCK_DGRAM)
			return 1;
		return err_errno(err, errno, "%.*s", STR_FMT(path));
	}
	return send_all(fd, message, err);
}

static int send_local(struct str path, struct strbuf *message, unsigned seconds, struct err *err)
{
	int r = try_local(path, SOCK_DGRAM, strbuf_str(message), seconds, err);

	if (r <= 0)
		return r;
	strbuf_addc(message, '\n'); /* how messages end in a stream on one machine */
	r = strbuf_check(message, err);
	return r < 0 ? r : try_local(path, SOCK_STREAM, strbuf_str(message), seconds, err);
}

/* A collector that is gone answers with a reset; one that is there closes, or is silent. */
static int hang_up(int fd, struct err *err)
{
	struct pollfd p = {fd, POLLIN, 0};
	char ignored[64];

	if (shutdown(fd, SHUT_WR) < 0)
		return err_errno(err, errno, "send");
	if (poll(&p, 1, CLOSE_MS) > 0 && recv(fd, ignored, sizeof ignored, 0) < 0 &&
	    errno != EAGAIN)
		return err_errno(err, errno, "send");
	return 0;
}

static int send_to_address(const struct addrinfo *to, struct str message, unsigned seconds,
			   struct err *err)
{
	CLEANUP(fd_closep) int fd = make_socket(to->ai_family, to->ai_socktype, seconds, err);
	int r;

	if (fd < 0)
		return fd;
	if (connect(fd, to->ai_addr, to->ai_addrlen) < 0)
		return err_errno(err, errno, "connect");
	r = send_all(fd, message, err);
	return r == 0 && to->ai_socktype == SOCK_STREAM ? hang_up(fd, err) : r;
}

static int send_far(const struct place *place, struct str message, unsigned seconds,
		    struct err *err)
{
	struct addrinfo hints = {.ai_socktype = place->way == WAY_TCP ? SOCK_STREAM : SOCK_DGRAM};
	struct addrinfo *list = NULL;
	char host[HEADER_MAX + 1], port[PORT_MAX + 1];
	int r, code;

	(void)snprintf(host, sizeof host, "%.*s", STR_FMT(place->host)); /* parse_place: fits */
	(void)snprintf(port, sizeof port, "%.*s", STR_FMT(place->port));
	code = getaddrinfo(host, port, &hints, &list);
	if (code != 0)
		return err_set(err, ERR_IO, "%s: %s", host, gai_strerror(code));
	r = err_set(err, ERR_IO, "no address");
	for (const struct addrinfo *a = list; a && r < 0; a = a->ai_next)
		r = send_to_address(a, message, seconds, err);
	freeaddrinfo(list);
	return r < 0 ? err_wrap(err, r, "%s:%s", host, port) : 0;
}

static int send_message(const struct sink *sink, const struct alert *alert, struct sink_context *c,
			struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf message = STRBUF_INIT(MESSAGE_MAX + 1);
	CLEANUP(strbuf_done) struct strbuf framed = STRBUF_INIT(MESSAGE_MAX + 16);
	unsigned seconds = c->seconds ? c->seconds : LIMIT_ALERT_SEND_SECONDS;
	struct place place;
	struct str text;
	int r;

	if (!parse_place(sink->address, &place))
		return err_set(err, ERR_DENIED, "no address");
	write_message(alert, &message);
	r = strbuf_check(&message, err);
	if (r < 0)
		return r;
	text = strbuf_str(&message);
	if (place.way == WAY_LOCAL)
		return send_local(place.path, &message, seconds, err);
	if (place.way == WAY_UDP)
		return send_far(&place, alert_cut(text, UDP_MAX), seconds, err);
	strbuf_addf(&framed, "%zu ", text.n);
	strbuf_add(&framed, text);
	r = strbuf_check(&framed, err);
	return r < 0 ? r : send_far(&place, strbuf_str(&framed), seconds, err);
}

const struct sink_type sink_type_syslog = {
	.id = "syslog",
	.title = "a message of syslog: /dev/log, another socket, or a collector",
	.form = "syslog[:/SOCKET|HOST:PORT|udp:HOST:PORT]",
	.check = check,
	.send = send_message,
};
