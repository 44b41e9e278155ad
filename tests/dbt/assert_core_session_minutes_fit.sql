-- Risk: a group session whose minutes are given in full to each attendee inflates coaching time.
{{ config(
    meta={
        'rule_id': 'CORE-SESSION-MINUTES-FIT',
        'sentence': 'The minutes of the people coached add up to no more than the length of the '
            ~ 'session.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
with

shared as (
    select
        session_id,
        sum(minutes) as shared_minutes
    from {{ ref('bridge_session_attendee') }}
    group by session_id
)

select
    s.session_id,
    s.duration_minutes,
    shared.shared_minutes
from {{ ref('fct_coaching_session') }} as s
inner join shared
    on s.session_id = shared.session_id
where
    shared.shared_minutes > s.duration_minutes
    or shared.shared_minutes < 0
