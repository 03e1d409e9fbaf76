//! The files that Postfix is started with.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::chown,
    path::Path,
};

use super::{LOGIN, Ports, Programs, SIZE_LIMIT, dovecot};
use crate::certificates::CERTIFICATES;

pub(super) fn write(home: &Path, ports: &Ports, programs: &Programs) -> io::Result<()> {
    for folder in ["etc", "spool", "data", "mail", "dovecot"] {
        fs::create_dir(home.join(folder))?;
    }
    for folder in ["data", "mail"] {
        chown(home.join(folder), Some(programs.user), Some(programs.group))?;
    }
    for (name, identity) in [
        ("good", &CERTIFICATES.good),
        ("self-signed", &CERTIFICATES.self_signed),
        ("expired", &CERTIFICATES.expired),
        ("wrong-host", &CERTIFICATES.wrong_host),
    ] {
        fs::write(home.join(format!("{name}.pem")), format!("{}{}", identity.key_pem, identity.chain_pem))?;
    }
    fs::write(home.join("users"), format!("{}:{{PLAIN}}{}::::::\n", LOGIN.0, LOGIN.1))?;
    fs::write(home.join("etc/main.cf"), main_cf(home, programs))?;
    fs::write(home.join("etc/master.cf"), master_cf(home, ports))?;
    fs::write(home.join("dovecot.conf"), dovecot::configuration(home, programs))?;
    let mut keep = fs::File::create(home.join("keep.sh"))?;
    // The script ends both when its input ends: when the test lets go of it, or is gone.
    write!(
        keep,
        "{dovecot} -c {home}/dovecot.conf -F & dovecot=$!\n\
         while [ ! -S {home}/dovecot/auth ] && kill -0 $dovecot; do sleep 0.05; done\n\
         {postfix} -c {home}/etc start || {{ kill $dovecot; exit 1; }}\n\
         touch {home}/started\n\
         read -r nothing\n\
         {postfix} -c {home}/etc abort\n\
         kill $dovecot; wait $dovecot\n",
        dovecot = programs.dovecot.display(),
        postfix = programs.postfix.display(),
        home = home.display(),
    )
}

fn main_cf(home: &Path, programs: &Programs) -> String {
    format!(
        "compatibility_level = 3.6
queue_directory = {home}/spool
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {home}/maillog
maillog_file_prefixes = {home}
myhostname = localhost
mydomain = example.test
myorigin = example.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
local_recipient_maps =
local_transport = error:nothing is local here
default_transport = error:nothing leaves
relay_transport = error:nothing leaves
alias_maps =
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:all/
virtual_mailbox_base = {home}/mail
virtual_uid_maps = static:{user}
virtual_gid_maps = static:{group}
virtual_minimum_uid = 1
virtual_mailbox_limit = 0
smtputf8_enable = yes
message_size_limit = {SIZE_LIMIT}
notify_classes =
smtpd_tls_chain_files = {home}/good.pem
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {home}/dovecot/auth
smtpd_sasl_auth_enable = yes
smtpd_relay_restrictions = permit_sasl_authenticated, permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access inline:{{{{defer@example.test=451 4.7.1 later}},{{reject@example.test=550 5.1.1 no such user}}}}, permit
smtpd_client_connection_rate_limit = 0
",
        home = home.display(),
        daemons = programs.daemons.display(),
        user = programs.user,
        group = programs.group,
    )
}

fn master_cf(home: &Path, ports: &Ports) -> String {
    let login_only = "-o {smtpd_client_restrictions=permit_sasl_authenticated,reject}";
    let chain = |name: &str| format!("-o smtpd_tls_chain_files={}/{name}.pem", home.display());
    let only = |mechanism: &str| {
        format!("-o smtpd_tls_wrappermode=yes -o smtpd_sasl_mechanism_filter={mechanism} {login_only}")
    };
    let smtpd = [
        (ports.submission, format!("-o smtpd_tls_security_level=encrypt {login_only}")),
        (ports.tls, format!("-o smtpd_tls_wrappermode=yes {login_only}")),
        (
            ports.clear,
            "-o smtpd_tls_auth_only=no -o smtpd_tls_security_level=none -o smtpd_discard_ehlo_keywords=pipelining"
                .to_owned(),
        ),
        (ports.plain, only("plain")),
        (ports.login, only("login")),
        (ports.cram, only("cram-md5")),
        (ports.bare, "-o smtpd_tls_security_level=none -o smtpd_sasl_auth_enable=no".to_owned()),
        (
            ports.clear_login,
            format!("-o smtpd_tls_security_level=none -o smtpd_tls_auth_only=no {login_only}"),
        ),
        (
            ports.starttls_bare,
            "-o smtpd_tls_security_level=encrypt -o smtpd_sasl_auth_enable=no".to_owned(),
        ),
        (ports.tls_bare, "-o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=no".to_owned()),
        (ports.self_signed, chain("self-signed")),
        (ports.expired, chain("expired")),
        (ports.wrong_host, chain("wrong-host")),
    ];
    let mut text: String = smtpd
        .iter()
        .map(|(port, options)| format!("127.0.0.1:{port} inet n - n - - smtpd {options}\n"))
        .collect();
    text.push_str(
        "pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 discard
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - error
relay unix - - n - - error
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
",
    );
    text
}
