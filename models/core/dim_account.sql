with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

-- What was known of an account at as_of: the newest row stamped by then, else the earliest there
-- is. A row in force without a stamp has always held.
row_versions as (
    select
        v.*,
        row_number() over (
            partition by v.account_id
            order by
                case
                    when v.row_status = 'accepted' and v.stamped_at is null then 1
                    when v.stamped_date <= clock.as_of_date then 2
                    when v.stamped_at is not null then 3
                    else 4
                end asc,
                case when v.stamped_date <= clock.as_of_date then v.stamped_at end desc nulls last,
                v.stamped_at asc nulls last,
                v.row_status asc,
                v._load_id desc,
                v._source_file desc,
                v._source_row desc
        ) as recency
    from {{ ref('int_account_version_conformed') }} as v
    cross join clock
),

-- A system that keeps no versions has the rows in force.
accounts as (
    select
        account_id,
        account_name,
        industry,
        country,
        employee_count,
        annual_revenue_amount,
        is_key_account,
        owner_alias,
        parent_alias,
        created_date,
        source_system,
        _source_file,
        _source_row
    from row_versions
    where recency = 1

    union all

    select
        a.account_id,
        a.account_name,
        a.industry,
        a.country,
        a.employee_count,
        a.annual_revenue_amount,
        a.is_key_account,
        a.owner_alias,
        a.parent_alias,
        a.created_date,
        a.source_system,
        a._source_file,
        a._source_row
    from {{ ref('int_account_conformed') }} as a
    left join row_versions as v
        on a.account_id = v.account_id and v.recency = 1
    where v.account_id is null
),

account_aliases as (
    select * from {{ ref('int_account_alias') }}
),

person_aliases as (
    select * from {{ ref('int_person_alias') }}
),

mergers as (
    select * from {{ ref('int_account_merged') }}
),

flags as (
    select * from {{ ref('dim_flagged_record') }}
    where entity = 'account'
),

final as (
    select
        a.account_id,
        a.account_name,
        a.industry,
        a.country,
        cast(a.employee_count as bigint) as employee_count,
        a.annual_revenue_amount,
        coalesce(a.is_key_account, false) as is_key_account,
        coalesce(p.person_id, '(unassigned)') as owner_id,
        coalesce(by_id.account_id, by_name.account_id) as parent_account_id,
        a.created_date,
        mergers.account_id as merged_into_account_id,
        coalesce(flags.is_deleted, false) or mergers.account_id is not null as is_deleted,
        flags.deleted_date,
        coalesce(flags.has_rejected_newer_version, false) as has_rejected_newer_version,
        a.source_system,
        a._source_file,
        a._source_row
    from accounts as a
    cross join clock
    left join flags
        on a.account_id = flags.record_key
    left join mergers
        on a.account_id = mergers.merged_account_id
    left join account_aliases as by_id
        on a.source_system = by_id.source_system and a.parent_alias = by_id.alias
    left join account_aliases as by_name
        on a.source_system = by_name.source_system and lower(a.parent_alias) = by_name.alias
    left join person_aliases as p
        on
            a.source_system = p.source_system
            and a.owner_alias = p.alias
            and clock.as_of_date >= p.valid_from
            and clock.as_of_date < p.valid_to
)

select * from final
