-- Every text by which a fact or a list names a person, when, how often and in what role. What bears
-- no date is taken as said today.
with

sessions as (
    select
        session_id,
        session_date
    from {{ ref('stg_coaching_log__session') }}
    where row_status = 'accepted'
),

refs as (
    select
        source_system,
        owner_alias as alias,
        'owner' as reference_kind,
        created_date as reference_date
    from {{ ref('int_opportunity_conformed') }}
    where row_status = 'accepted'

    union all

    select
        'salesforce' as source_system,
        owner_id as alias,
        'owner' as reference_kind,
        {{ reporting_date('created_at') }} as reference_date
    from {{ ref('stg_salesforce__opportunity_history') }}
    where row_status = 'accepted'

    union all

    select
        source_system,
        owner_alias as alias,
        'former_owner' as reference_kind,
        stamped_date as reference_date
    from {{ ref('int_opportunity_conformed') }}
    where row_status = 'superseded'

    union all

    select
        source_system,
        owner_alias as alias,
        'activity' as reference_kind,
        activity_date as reference_date
    from {{ ref('int_activity_conformed') }}

    union all

    select
        source_system,
        owner_alias as alias,
        'account' as reference_kind,
        cast(null as date) as reference_date
    from {{ ref('int_account_conformed') }}

    union all

    select
        'tabular' as source_system,
        person_name as alias,
        'quota' as reference_kind,
        period_start as reference_date
    from {{ ref('stg_tabular__quota') }}
    where row_status = 'accepted'

    union all

    select
        'salesforce' as source_system,
        manager_id as alias,
        'manager' as reference_kind,
        {{ reporting_date('version_at') }} as reference_date
    from {{ ref('stg_salesforce__user') }}
    where row_status in ('accepted', 'superseded')

    union all

    select
        'tabular' as source_system,
        manager_name as alias,
        'manager' as reference_kind,
        valid_from as reference_date
    from {{ ref('stg_tabular__person') }}
    where row_status in ('accepted', 'superseded')

    union all

    select
        'people' as source_system,
        manager_name as alias,
        'manager' as reference_kind,
        valid_from as reference_date
    from {{ ref('stg_people__roster') }}
    where row_status in ('accepted', 'superseded')

    union all

    select
        'coaching_log' as source_system,
        coach_name as alias,
        'coach' as reference_kind,
        session_date as reference_date
    from {{ ref('stg_coaching_log__session') }}
    where row_status = 'accepted'

    union all

    select
        'coaching_log' as source_system,
        coachee_name as alias,
        'coachee' as reference_kind,
        session_date as reference_date
    from {{ ref('stg_coaching_log__session') }}
    where row_status = 'accepted'

    union all

    select
        'coaching_log' as source_system,
        a.coachee_name as alias,
        'coachee' as reference_kind,
        s.session_date as reference_date
    from {{ ref('stg_coaching_log__attendee') }} as a
    left join sessions as s
        on a.session_id = s.session_id
    where a.row_status = 'accepted'

    union all

    select
        'coaching_log' as source_system,
        owner_name as alias,
        'action' as reference_kind,
        created_date as reference_date
    from {{ ref('stg_coaching_log__action') }}
    where row_status = 'accepted'
),

final as (
    select
        source_system,
        alias,
        coalesce(reference_date, cast('9999-12-30' as date)) as reference_date,
        cast(count(*) as bigint) as row_count,
        max(case when reference_kind in ('owner', 'quota', 'coachee') then 1 else 0 end) = 1
            as is_selling_reference
    from refs
    where alias is not null
    group by source_system, alias, coalesce(reference_date, cast('9999-12-30' as date))
)

select * from final
