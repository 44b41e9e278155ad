-- By what figures are broken down, and the currencies of their money, with a number each. Members
-- of sums keep theirs (ind_sum_member); the whole, of which a row may say that nothing was counted,
-- is always there.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

sum_members as (
    select * from {{ ref('ind_sum_member') }}
),

others as (
    {% for shape in ['ind_direct', 'ind_median', 'ind_survival'] %}
        select
            dimension,
            member,
            currency_code
        from {{ ref(shape) }}
        union distinct
    {% endfor %}
    select
        'all' as dimension,
        'all' as member,
        'none' as currency_code
    union distinct
    select
        'all' as dimension,
        'all' as member,
        reporting_currency as currency_code
    from clock
),

last_member as (
    select coalesce(max(member_number), 0) as member_number
    from sum_members
),

new_members as (
    select
        others.dimension,
        others.member,
        others.currency_code
    from others
    left join sum_members
        on
            others.dimension = sum_members.dimension
            and others.member = sum_members.member
            and others.currency_code = sum_members.currency_code
    where sum_members.member_number is null
),

final as (
    select
        member_number,
        dimension,
        member,
        currency_code
    from sum_members
    union all
    select
        last_member.member_number + cast(
            row_number() over (
                order by
                    new_members.dimension asc nulls last,
                    new_members.member asc nulls last,
                    new_members.currency_code asc nulls last
            ) as integer
        ) as member_number,
        new_members.dimension,
        new_members.member,
        new_members.currency_code
    from new_members
    cross join last_member
)

select * from final
